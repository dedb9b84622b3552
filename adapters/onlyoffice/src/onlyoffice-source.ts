import { createEmptyArchive, createFinishedOperation, FileSourceError, type AdapterContext, type Entry, type FetchedPage, type FetchOptions, type SourceAdapter } from '@filesource/core';
import { beginPlan, type PlanTools } from './archive-plan.ts';
import type { BulkTools } from './bulk-download.ts';
import { createBulkOperations } from './bulk-operations.ts';
import { capabilitiesOf } from './capabilities.ts';
import { createClient } from './client.ts';
import { portalAddress, type OnlyOfficeConfig } from './config.ts';
import { credentialsOf } from './credentials-of.ts';
import { diagnosePortal } from './diagnose.ts';
import { createExchange } from './exchange.ts';
import { handlerUrl } from './file-handler.ts';
import { createGenerationDetector } from './generation.ts';
import { parseFolderId } from './ids.ts';
import { listContents, listRoot, type ListingRules } from './listing.ts';
import { createLookup } from './lookup.ts';
import { FileOpener, viewUrlOf } from './open-file.ts';
import { createOperationBoard } from './operation-board.ts';
import { createRepeat } from './reading.ts';

/** What goes into an archive is found by so many calls at once. */
const planCallsAtOnce = 4;

/** A portal, DocSpace or Workspace, as a source. */
export function createOnlyOfficeSource(config: OnlyOfficeConfig, { ports }: AdapterContext): SourceAdapter {
  const portal = portalAddress(config.baseUrl);
  const generation = createGenerationDetector(config.generation);
  const exchange = createExchange(portal, ports, generation);
  const { timeoutMs, maxAttempts } = config;
  const credentials = credentialsOf(config, { ports, exchange, generation, timeoutMs });
  const client = createClient({ portal, allowHosts: config.allowHosts, ports, generation, exchange, credentials });
  const lookup = createLookup(client);
  const opener = new FileOpener({ client, ports, lookup });
  const capabilities = capabilitiesOf(config.generation);
  const repeat = createRepeat(ports, { maxAttempts, timeoutMs });
  const closing = new AbortController();
  const bulk: BulkTools = { client, board: createOperationBoard(), repeat, clock: ports.clock, logger: ports.logger, timeoutMs, whenBusy: config.whenBusy, busyTimeoutMs: config.busyTimeoutMs, closing: closing.signal };

  const rules: ListingRules = { maxPageSize: capabilities.limits.maxPageSize, acceptsHidden: config.hiddenEntries === 'accept', clock: ports.clock };
  const listWith = async (text: string, options: FetchOptions, more: Pick<ListingRules, 'onFiles'>): Promise<FetchedPage<Entry>> => {
    const folder = parseFolderId(text);
    return text === '@root' ? listRoot(client, options.signal) : listContents(client, folder, options, { ...rules, ...more });
  };

  const planTools: PlanTools = { lookup, repeat, listPage: (text, options) => listWith(text, options, {}), callsAtOnce: Math.min(planCallsAtOnce, config.maxConcurrency ?? planCallsAtOnce) };
  const operations = createBulkOperations({ ports, plan: planTools, tools: bulk });

  return {
    capabilities,
    letsGoOfSignals: true,
    listPage: (text, options) => listWith(text, options, { onFiles: (files, again) => opener.remember(text, files, again) }),
    stat: async ({ folder, file }, { signal }) => {
      if (file === undefined) return lookup.folder(folder, signal);
      const { dto, entry } = await lookup.file({ folder, file }, signal);
      // Whoever asks for a file mostly opens it next.
      opener.remember(folder, [dto], () => [dto]);
      return entry;
    },
    open: (ref, options) => opener.open(ref, options),
    link: async ({ folder, file }, { signal }) => {
      if (file === undefined) throw new FileSourceError('unsupported', 'the portal does not tell the page of a folder');
      const found = await lookup.file({ folder, file }, signal);
      return { url: handlerUrl(viewUrlOf(found.dto), portal).href, kind: 'file', expires: null, needsCredentials: true };
    },
    archive: async (selection, { signal, itemsMayFollow = false }) => {
      const walking = new AbortController();
      const begun = await beginPlan(selection, planTools, AbortSignal.any([walking.signal, closing.signal, ...(signal === undefined ? [] : [signal])]));
      // The portal refuses folders without files, or fails on them.
      if (begun.plan.items.length === 0) return createFinishedOperation(createEmptyArchive(begun.plan.name));
      return operations.start(begun, { signal, walking, itemsMayFollow });
    },
    attach: (handle, { signal }) => operations.attach(handle, signal),
    diagnose: (options) => diagnosePortal(config, ports, options),
    close: async () => {
      closing.abort(new FileSourceError('aborted', 'the source was closed'));
      await client.close();
    },
  };
}
