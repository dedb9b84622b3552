import type { Archive, ArchiveHandle, ArchiveSelection } from './archive/archive.ts';
import { checkNumber } from './checked-number.ts';
import { checkedOptions } from './checked-options.ts';
import { diagnoseSource } from './diagnosis/diagnose-source.ts';
import { createEntryAddresser } from './entry-address.ts';
import { FileSourceError } from './errors/file-source-error.ts';
import { inContext, type ErrorContext } from './errors/error-context.ts';
import { sourceClosed } from './errors/source-closed.ts';
import type { FileSource } from './file-source.ts';
import { bandwidthLayer } from './layers/bandwidth.ts';
import { breakerLayer } from './layers/breaker.ts';
import { deliveryLayer } from './layers/delivery.ts';
import { emulateArchiveLayer } from './layers/emulate-archive.ts';
import { emulateRangeLayer } from './layers/emulate-range.ts';
import { errorContextLayer } from './layers/error-context.ts';
import { gateLayer, need } from './layers/gate.ts';
import { attachTo, composeLayers, overlayArchive, type Layer } from './layers/layer.ts';
import { limitLayer, type Limiter } from './layers/limit.ts';
import { logLayer } from './layers/log.ts';
import { defaultRetryPolicy, retryLayer, type RetryPolicy } from './layers/retry.ts';
import { timeoutLayer } from './layers/timeout.ts';
import type { CircuitBreaker } from './limits/circuit-breaker.ts';
import type { RateLimiter } from './limits/rate-limiter.ts';
import { mapOperation } from './operation/map-operation.ts';
import type { Operation } from './operation/operation.ts';
import { checkOperationToken, fingerprintOf, formatOperationToken, parseOperationToken, type OperationToken } from './operation/token.ts';
import { PagesHeld } from './pages-ahead.ts';
import { createListing } from './paging.ts';
import type { Ports } from './ports/ports.ts';
import { promised } from './promised.ts';
import { createRefReader, formatRef, isFileRef, isSourceName, type FileRef, type Ref, type RefLike } from './ref.ts';
import type { CallOptions, SourceAdapter } from './source-adapter.ts';

export interface FileSourceOptions {
  readonly name: string;
  readonly provider: string;
  readonly adapter: SourceAdapter;
  readonly ports: Ports;
  /** Equal for sources of one vendor account, and no credential: tokens of operations hold its fingerprint. Default: none. */
  readonly account?: string;
  /** Shared by the sources of one account. */
  readonly limiter: Limiter;
  /** Bytes of bodies in each second; shared by the sources of one account. Default: no limit. */
  readonly byteRate?: RateLimiter;
  /** Shared by the sources of one account. Default: none. */
  readonly breaker?: CircuitBreaker;
  readonly retry?: Partial<RetryPolicy>;
  /** Longest wait of one attempt for its answer; default 60,000. */
  readonly timeoutMs?: number;
  /** Longest silence of a body; default: as `timeoutMs`. */
  readonly idleTimeoutMs?: number;
  /** Longest time of a whole body, however slow its reader; default: no limit. */
  readonly transferTimeoutMs?: number;
  /** Layers of a host, outside of all others but `error-context`. */
  readonly layers?: readonly Layer[];
  /** Layers that only watch, outside of `error-context` too: they see what the caller sees, with nothing secret in it. */
  readonly observers?: readonly Layer[];
}

/** What is left out, or `undefined`, is as the default says. */
function retryPolicyOf({ retry = {} }: Pick<FileSourceOptions, 'retry'>): RetryPolicy {
  const given = Object.entries(retry).filter(([, value]) => value !== undefined);
  return { ...defaultRetryPolicy, ...Object.fromEntries(given) };
}

function checkSettings(options: FileSourceOptions): void {
  const { name, timeoutMs, idleTimeoutMs, transferTimeoutMs } = options;
  if (!isSourceName(name)) throw new FileSourceError('invalid-argument', 'a source name starts with a letter and has letters, digits, - and _, at most 64', { advice: 'Name it otherwise: refs start with it.' });
  for (const [setting, value] of Object.entries({ timeoutMs, idleTimeoutMs, transferTimeoutMs })) checkNumber(setting, value, 1);
  const { maxAttempts, baseDelayMs, maxDelayMs, maxRetryAfterMs } = retryPolicyOf(options);
  checkNumber('maxAttempts', maxAttempts, 1);
  for (const [setting, value] of Object.entries({ baseDelayMs, maxDelayMs, maxRetryAfterMs })) checkNumber(setting, value, 0);
}

/** The layers of a source, outermost first; the doc comment of each says why it stands where it does. What is not set has no layer. */
export function standardLayers(options: Omit<FileSourceOptions, 'adapter'>): readonly Layer[] {
  const { clock, random, logger } = options.ports;
  const { timeoutMs = 60_000, idleTimeoutMs = timeoutMs, transferTimeoutMs, byteRate, breaker, name: source } = options;
  const context = contextOf(options);
  return [
    ...(options.observers ?? []),
    errorContextLayer(context),
    ...(options.layers ?? []),
    logLayer({ source, logger, clock }),
    gateLayer(),
    emulateArchiveLayer(context),
    ...(byteRate === undefined ? [] : [bandwidthLayer(byteRate)]),
    deliveryLayer({ context, clock, logger, idleTimeoutMs, ...(transferTimeoutMs === undefined ? {} : { transferTimeoutMs }) }),
    emulateRangeLayer(),
    retryLayer({ policy: retryPolicyOf(options), clock, random, logger }),
    limitLayer(options.limiter),
    ...(breaker === undefined ? [] : [breakerLayer({ breaker, source, logger })]),
    timeoutLayer({ clock, timeoutMs }),
  ];
}

/** A source as callers hold it: an adapter inside the standard layers. Throws `invalid-argument` for a name or a number that is none. */
export function createFileSource(options: FileSourceOptions): FileSource {
  checkSettings(options);
  const { name, provider } = options;
  const context = contextOf(options);
  const stack = composeLayers(options.adapter, standardLayers(options));
  const own = { source: name, provider, account: fingerprintOf(options.account ?? '', options.ports.hashing) };
  let isClosed = false;
  const refuseIfClosed = (): void => {
    if (isClosed) throw sourceClosed();
  };
  const located = <T>(operation: string, run: () => T): T => {
    try {
      refuseIfClosed();
      return run();
    } catch (error) {
      throw inContext(error, context, operation, undefined);
    }
  };

  const read = createRefReader(name);
  const resolve = (like: RefLike): Ref => {
    try {
      refuseIfClosed();
      return read(like);
    } catch (error) {
      throw inContext(error, context, 'resolve', undefined);
    }
  };
  /** For errors, of which a wrong ref may be one. */
  const refOrNone = (like: RefLike): Ref | undefined => {
    try {
      return read(like);
    } catch {
      return undefined;
    }
  };
  const resolveFile = (like: RefLike): FileRef => {
    const ref = resolve(like);
    if (isFileRef(ref)) return ref;
    throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { source: name, provider, ref: formatRef(name, ref), advice: 'Write source:folder/file.' });
  };
  const given = <Options extends CallOptions>(options: Options): Options => {
    try {
      return checkedOptions(options);
    } catch (error) {
      throw inContext(error, context, 'resolve', undefined);
    }
  };
  const withRef = createEntryAddresser(name);
  const held = new PagesHeld();

  return {
    name,
    provider,
    capabilities: stack.capabilities,
    list: (like, listOptions = {}) =>
      createListing(
        async (pageOptions) => {
          const ref = resolve(like);
          if (ref.file !== undefined) throw new FileSourceError('invalid-argument', 'only a folder can be listed, and this is a file');
          const page = await stack.listPage(ref.folder, given(pageOptions));
          return { ...page, items: page.items.map(withRef) };
        },
        given(listOptions),
        (error) => inContext(error, context, 'list', refOrNone(like)),
        held,
      ),
    stat: async (like, callOptions = {}) => withRef(await stack.stat(resolve(like), given(callOptions))),
    open: (like, openOptions = {}) => promised(() => stack.open(resolveFile(like), given(openOptions))),
    link: (like, linkOptions = {}) => promised(() => stack.link(resolve(like), given(linkOptions))),
    archive: async (likes, archiveOptions = {}) => {
      const { convert, known, onItemError = 'fail', needsToken = false, itemsMayFollow, signal } = given(archiveOptions);
      located('archive', () => checkSelection(likes, convert));
      const selection = selectionOf(likes.map(resolve), convert);
      const facts = { selection, started: new Date(options.ports.clock.now()) };
      if (needsToken) {
        located('archive', () => {
          need(stack.capabilities, 'archiveAttach');
          formatOperationToken({ ...own, handle: { ...facts, operation: longOperationId } });
        });
      }
      const adapterOptions = { onItemError, ...(itemsMayFollow === undefined ? {} : { itemsMayFollow }), ...(signal === undefined ? {} : { signal }) };
      return withToken(await stack.archive(known === undefined ? selection : { ...selection, known }, adapterOptions), own, facts, given);
    },
    attach: async (text, attachOptions = {}) => {
      const { handle } = located('attach', () => {
        need(stack.capabilities, 'archiveAttach');
        const token = parseOperationToken(text);
        checkOperationToken(token, own);
        return token;
      });
      return withToken(await attachTo(stack, handle, given(attachOptions)), own, handle, given);
    },
    diagnose: async (callOptions = {}) => {
      located('diagnose', () => undefined);
      return diagnoseSource(stack, context.redactor, given(callOptions));
    },
    close: async () => {
      isClosed = true;
      await stack.close();
    },
  };
}

/** Stands for the vendor's, which is not known before it is asked. */
const longOperationId = 'x'.repeat(256);

/** The vendor's id of the job as a token; `null` where it does not fit into one. */
function withToken(operation: Operation<Archive>, own: Omit<OperationToken, 'handle'>, facts: Omit<ArchiveHandle, 'operation'>, given: typeof checkedOptions): Operation<Archive> {
  const tokenOf = (id: string): string | null => {
    try {
      return formatOperationToken({ ...own, handle: { ...facts, operation: id } });
    } catch {
      return null;
    }
  };
  const checked = (archive: Archive): Archive => overlayArchive(archive, { open: (options = {}) => promised(() => archive.open(given(options))) });
  return mapOperation(operation, { result: checked, token: tokenOf, options: given });
}

/** What only JavaScript lets through, such as one ref in place of a list. */
function checkSelection(likes: unknown, convert: unknown): void {
  if (!Array.isArray(likes)) throw new FileSourceError('invalid-argument', 'an archive is of a list of refs', { advice: 'Write [ref] for one.' });
  if (convert !== undefined && (typeof convert !== 'object' || convert === null)) throw new FileSourceError('invalid-argument', '`convert` tells an ending for each id of a file', { advice: 'Write { ID: \'.pdf\' }.' });
}

/** Each file and folder once: a vendor may fail altogether on an id that comes twice. */
function selectionOf(refs: readonly { readonly folder: string; readonly file?: string }[], convert: Readonly<Record<string, string>> = {}): ArchiveSelection {
  const folders = new Set<string>();
  const files = new Map<string, FileRef>();
  for (const ref of refs) {
    if (isFileRef(ref)) files.set(JSON.stringify([ref.folder, ref.file]), ref);
    else folders.add(ref.folder);
  }
  return { folders: [...folders], files: [...files.values()], convert: new Map(Object.entries(convert)) };
}

function contextOf(options: Omit<FileSourceOptions, 'adapter'>): ErrorContext {
  return { source: options.name, provider: options.provider, redactor: options.ports.redactor };
}
