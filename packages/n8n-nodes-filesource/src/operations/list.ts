import { entryToJson } from '@filesource/core';
import type { INodeExecutionData } from 'n8n-workflow';
import { signalOption, textParameter, type ItemOperation } from './operation.ts';

/** Files and folders directly inside a folder: one item each. */
export const list: ItemOperation = async (call) => {
  const { context, source, itemIndex } = call;
  const isWhole = context.getNodeParameter('returnAll', itemIndex, false);
  const most = isWhole ? Number.POSITIVE_INFINITY : context.getNodeParameter('limit', itemIndex, 50);
  const found: INodeExecutionData[] = [];
  for await (const entry of source.list(textParameter(call, 'ref'), { ...signalOption(call), readAhead: isWhole })) {
    if (found.length < most) found.push({ json: { ...entryToJson(entry) }, pairedItem: { item: itemIndex } });
    if (found.length >= most) break;
  }
  return found;
};
