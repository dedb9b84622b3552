import { createEmptyArchive, createFinishedOperation, FileSourceError, FreshRecords, type AdapterContext, type Content, type Entry, type OpenOptions, type Page, type PageOptions, type SourceAdapter } from '@filesource/core';
import { beginPlan, type PlanTools } from './archive-plan.ts';
import type { BulkTools } from './bulk-download.ts';
import { createBulkOperations } from './bulk-operations.ts';
import { capabilitiesOf } from './capabilities.ts';
import { createClient } from './client.ts';
import { portalAddress, type OnlyOfficeConfig } from './config.ts';
import { credentialsOf } from './credentials-of.ts';
import { diagnosePortal } from './diagnose.ts';
import { toFileEntry } from './entries.ts';
import { createExchange } from './exchange.ts';
import { handlerUrl, openBody, type Body } from './file-handler.ts';
import { createGenerationDetector } from './generation.ts';
import { parseFolderId } from './ids.ts';
import { listContents, listRoot, type ListingRules } from './listing.ts';
import { createLookup, type FoundFile } from './lookup.ts';
import { createOperationBoard } from './operation-board.ts';
import { createRepeat } from './reading.ts';
import type { FileDto } from './schemas.ts';

/** What may be otherwise by now than a listing told: then the portal is asked once more. */
const outdated = ['not-found', 'permission-denied', 'truncated', 'corrupt', 'conflict', 'link-expired', 'vendor-protocol'] as const;
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
  const known = new FreshRecords<FoundFile>(ports.clock);
  const capabilities = capabilitiesOf(config.generation);
  const repeat = createRepeat(ports, { maxAttempts, timeoutMs });
  const closing = new AbortController();
  const bulk: BulkTools = { client, board: createOperationBoard(), repeat, clock: ports.clock, logger: ports.logger, timeoutMs, whenBusy: config.whenBusy, busyTimeoutMs: config.busyTimeoutMs, closing: closing.signal };

  const rules: ListingRules = { maxPageSize: capabilities.limits.maxPageSize, acceptsHidden: config.hiddenEntries === 'accept' };
  const listWith = async (text: string, options: PageOptions, more: Pick<ListingRules, 'onFiles'>): Promise<Page<Entry>> => {
    const folder = parseFolderId(text);
    return text === '@root' ? listRoot(client, options.signal) : listContents(client, folder, options, { ...rules, ...more });
  };

  const bodyOf = ({ dto, entry }: FoundFile, { range, signal }: OpenOptions): Promise<Body> =>
    openBody(client, ports, { url: viewUrlOf(dto), range, totalSize: entry.size, mediaType: entry.mediaType, isArchive: false, signal });

  /** Only the length that a body announces shows that it is still that of the file that was listed, and no page. */
  let announcesLengths = true;
  const openListed = async (listed: FoundFile, options: OpenOptions): Promise<Content> => {
    const body = await bodyOf(listed, options);
    if (body.total !== null) return contentOf(listed, body);
    body.body.destroy();
    throw new FileSourceError('vendor-protocol', 'the portal sends the file without its length');
  };

  const openFound = async (found: FoundFile, options: OpenOptions): Promise<Content> => {
    const body = await bodyOf(found, options);
    if (options.range === undefined) announcesLengths = body.total !== null;
    return contentOf(found, body);
  };

  const planTools: PlanTools = { lookup, repeat, listPage: (text, options) => listWith(text, options, {}), callsAtOnce: Math.min(planCallsAtOnce, config.maxConcurrency ?? planCallsAtOnce) };
  const operations = createBulkOperations({ ports, plan: planTools, tools: bulk });

  return {
    capabilities,
    letsGoOfSignals: true,
    listPage: (text, options) =>
      listWith(text, options, {
        onFiles: (files, again) => known.remember(text, files.map(({ id }) => id), () => again().map((dto) => ({ dto, entry: toFileEntry(dto, text, generation.current()) }))),
      }),
    stat: async ({ folder, file }, { signal }) => (file === undefined ? lookup.folder(folder, signal) : (await lookup.file({ folder, file }, signal)).entry),
    open: async (ref, options) => {
      const { range, signal } = options;
      // Whoever carries on a file has to know whether it is still the same.
      const listed = range === undefined ? known.take(ref) : undefined;
      if (listed !== undefined && listed.entry.size !== null && announcesLengths) {
        try {
          return await openListed(listed, options);
        } catch (error) {
          if (!FileSourceError.is(error, ...outdated)) throw error;
        }
      }
      const found = await lookup.file(ref, signal);
      return openFound(found, options).catch(async (error: unknown) => {
        if (!FileSourceError.is(error, 'truncated', 'corrupt')) throw error;
        const now = await lookup.file(ref, signal);
        if (now.entry.validator === found.entry.validator) throw error;
        throw new FileSourceError('conflict', 'the file was changed while it was being opened', { status: 'temporary', cause: error });
      });
    },
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

function contentOf({ entry }: FoundFile, { body, size, total, offset }: Body): Content {
  return {
    body,
    size: size ?? (entry.size === null ? null : entry.size - offset),
    totalSize: total ?? entry.size,
    offset,
    mediaType: entry.mediaType,
    name: entry.name,
    validator: entry.validator,
  };
}

function viewUrlOf(dto: FileDto): string {
  if (typeof dto.viewUrl === 'string' && URL.canParse(dto.viewUrl, 'https://portal')) return dto.viewUrl;
  throw new FileSourceError('vendor-protocol', 'the portal does not tell where the bytes of the file are');
}
