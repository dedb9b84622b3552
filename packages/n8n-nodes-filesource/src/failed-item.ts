import type { INodeExecutionData, NodeOperationError } from 'n8n-workflow';

/** A failure as an item, for nodes that are set to go on: what, what to do, and the kind with its facts. */
export function failedItem(error: NodeOperationError, itemIndex: number): INodeExecutionData {
  const { message, description, context } = error;
  return { json: { error: message, ...(typeof description === 'string' ? { advice: description } : {}), ...(context['fileSource'] as object) }, pairedItem: { item: itemIndex } };
}
