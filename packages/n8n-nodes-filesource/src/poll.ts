import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { credentialOf } from './execute.ts';
import { nodeRequest } from './http/n8n-request.ts';
import { pollFolder, sampleOf } from './new-files/poll-folder.ts';
import { toNodeError } from './node-error.ts';
import { providerNamed, withSource } from './open-source.ts';
import { textOf } from './text.ts';

const sampleSize = 3;

/** A run of the trigger: the new files as items, `null` for none. In the editor it shows some files that are there. */
export async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
  try {
    const provider = providerNamed(textOf(context.getNodeParameter('provider')));
    const folder = textOf(context.getNodeParameter('ref'));
    const most = Number(context.getNodeParameter('most', 20_000));
    const host = { request: nodeRequest(context.helpers), logger: context.logger };
    const found = await withSource(provider, await credentialOf(context, provider), host, (source) =>
      context.getMode() === 'manual' ? sampleOf(source, folder, sampleSize) : pollFolder({ source, folder, most, state: context.getWorkflowStaticData('node') }),
    );
    return found.length === 0 ? null : [found.map((json) => ({ json: { ...json } }))];
  } catch (error) {
    throw toNodeError(context.getNode(), error);
  }
}
