import { parseOperationToken, type Archive, type ErrorJson, type FileSource, type Operation, type OperationStatus } from '@filesource/core';

/** What `archive --detach --json` and `operation status --json` print. */
export interface OperationJson {
  readonly source: string;
  readonly status: OperationStatus;
  readonly percent: number | null;
  readonly processed: number | null;
  readonly started: string;
  /** The one to go on with; `null` for an end that the vendor tells once and that fits into no token. */
  readonly token: string | null;
  readonly error?: ErrorJson;
}

/** `asked` is the token that the operation was found by. */
export function operationJson({ name }: FileSource, { progress, token }: Operation<Archive>, asked: string, error?: ErrorJson): OperationJson {
  const { status, percent, processed } = progress;
  const { started } = parseOperationToken(asked).handle;
  return { source: name, status, percent, processed, started: started.toISOString(), token, ...(error === undefined ? {} : { error }) };
}
