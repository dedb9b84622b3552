import { toFileSourceError, type ErrorJson } from '@filesource/core';

/** An error as Node-RED's Catch nodes hand it on: `msg.error.code` is the kind, `msg.error.cause` all its facts. */
export interface NodeError extends Error {
  readonly code: ErrorJson['kind'];
  readonly cause: ErrorJson;
}

export function nodeError(thrown: unknown): NodeError {
  const error = toFileSourceError(thrown);
  const told = new Error(error.describe());
  told.name = 'FileSourceError';
  // Frames help with a bug of ours only; elsewhere they would stand in every message.
  if (error.kind !== 'unexpected') Reflect.deleteProperty(told, 'stack');
  return Object.assign(told, { code: error.kind, cause: error.toJSON() });
}
