import { FileSourceError, type FileSource } from '@filesource/core';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { bulkDownload } from './archive/bulk-download.ts';
import { failedItem } from './failed-item.ts';
import { nodeRequest } from './http/n8n-request.ts';
import { itemsAtOnce } from './items-at-once.ts';
import { toNodeError } from './node-error.ts';
import { providerNamed, withSource } from './open-source.ts';
import { download } from './operations/download.ts';
import { getInfo } from './operations/get-info.ts';
import { getLink } from './operations/get-link.ts';
import { list } from './operations/list.ts';
import type { ItemOperation } from './operations/operation.ts';
import type { NodeProvider } from './providers.ts';
import { textOf } from './text.ts';

const itemOperations: ReadonlyMap<string, ItemOperation> = new Map([
  ['list', list],
  ['getInfo', getInfo],
  ['getLink', getLink],
  ['download', download],
]);

/**
 * A run of the node FileSource.
 * - A failure ends the run, or becomes an item where the node is set to go on; a stopped execution always ends.
 * - Archives are made one after the other; for all other operations see {@link itemsAtOnce}.
 */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  try {
    const provider = providerNamed(textOf(context.getNodeParameter('provider', 0)));
    const host = { request: nodeRequest(context.helpers), logger: context.logger };
    return await withSource(provider, await credentialOf(context, provider), host, (source) => run(context, source));
  } catch (error) {
    throw toNodeError(context.getNode(), error);
  }
}

/** Throws `config-invalid` for a node that has none. */
export async function credentialOf(context: Pick<IExecuteFunctions, 'getCredentials'>, { title, credential }: NodeProvider): Promise<IDataObject> {
  try {
    return await context.getCredentials<IDataObject>(credential.name);
  } catch (error) {
    throw missingCredential(title, credential.displayName, error);
  }
}

function missingCredential(title: string, credential: string, cause: unknown): FileSourceError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return new FileSourceError('config-invalid', `there is no credential for ${JSON.stringify(title)}${why}`, { advice: `Choose or create a credential of the type ${credential} in the node.` });
}

async function run(context: IExecuteFunctions, source: FileSource): Promise<INodeExecutionData[][]> {
  const signal = context.getExecutionCancelSignal();
  const name = context.getNodeParameter('operation', 0);
  if (name === 'bulkDownload') return bulkDownload(context, source, signal);
  const operation = itemOperations.get(name);
  if (operation === undefined) throw new FileSourceError('invalid-argument', `there is no operation ${JSON.stringify(name)}`);
  const results = await itemsAtOnce(context.getInputData().length, signal, async (itemIndex, itemSignal) => {
    try {
      return await operation({ context, source, itemIndex, signal: itemSignal });
    } catch (thrown) {
      const error = toNodeError(context.getNode(), thrown, itemIndex);
      if (!context.continueOnFail() || signal?.aborted === true) throw error;
      return [failedItem(error, itemIndex)];
    }
  });
  return [results.flat()];
}
