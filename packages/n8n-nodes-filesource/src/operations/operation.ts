import type { FileSource } from '@filesource/core';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { textOf } from '../text.ts';

/** One item of the node's input, and what it is run with. */
export interface OperationCall {
  readonly context: IExecuteFunctions;
  readonly source: FileSource;
  readonly itemIndex: number;
  /** Fires when somebody stops the execution, or when what the item gives is not needed any more. */
  readonly signal: AbortSignal | undefined;
}

export type ItemOperation = (call: OperationCall) => Promise<INodeExecutionData[]>;

export function textParameter({ context, itemIndex }: OperationCall, name: string, fallback = ''): string {
  return textOf(context.getNodeParameter(name, itemIndex, fallback));
}

/** For the calls of a source. */
export function signalOption({ signal }: OperationCall): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
