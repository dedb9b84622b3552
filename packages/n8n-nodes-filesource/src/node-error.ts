import { toFileSourceError } from '@filesource/core';
import { NodeOperationError, type INode } from 'n8n-workflow';

/**
 * Any failure as n8n shows it: what and where as the message, what to do as the description, the kind in the context.
 * - Only texts are taken over: no request, no credential, no stack of a library.
 */
export function toNodeError(node: INode, thrown: unknown, itemIndex?: number): NodeOperationError {
  if (thrown instanceof NodeOperationError) return thrown;
  const error = toFileSourceError(thrown);
  const { advice, message: _message, ...facts } = error.toJSON();
  const where = error.ref ?? error.source;
  const failure = new NodeOperationError(node, `${where === undefined ? '' : `${where}: `}${error.message}`, {
    ...(advice === undefined ? {} : { description: advice }),
    ...(itemIndex === undefined ? {} : { itemIndex }),
  });
  failure.context['fileSource'] = { ...facts };
  return failure;
}
