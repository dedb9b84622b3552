import type { Archive, ArchiveContent } from '../archive/archive.ts';
import type { Content, OpenOptions } from '../content.ts';
import { inContext, type ErrorContext } from '../errors/error-context.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { abortError } from '../errors/to-file-source-error.ts';
import { mapOperation } from '../operation/map-operation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { formatRef, type Ref } from '../ref.ts';
import { DeliveredBody } from '../streams/delivered-body.ts';
import { WholeBody } from '../streams/whole-body.ts';
import { cutToRange } from './emulate-range.ts';
import { attachTo, overlay, overlayArchive, type Layer } from './layer.ts';

export interface DeliveryLayerOptions {
  readonly context: ErrorContext;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly idleTimeoutMs: number;
  readonly transferTimeoutMs?: number;
}

const maxFruitlessResumes = 3;

/**
 * Makes every body arrive whole or fail by name, of files and of a vendor's archives: see {@link DeliveredBody}.
 * - Right: `delivery > emulate-range > retry`; the rest of a broken body is opened through both.
 * - Wrong: `retry > delivery` (a body breaks long after the call that retry saw), `delivery > bandwidth` (pacing would look like silence).
 */
export function deliveryLayer(options: DeliveryLayerOptions): Layer {
  return {
    name: 'delivery',
    wrap: (inner) =>
      overlay(inner, {
        open: (file, openOptions) => deliver((attempt) => inner.open(file, attempt), openOptions, options, 'open', file),
        archive: async (selection, archiveOptions) =>
          mapOperation(await inner.archive(selection, archiveOptions), { result: (archive) => deliverArchive(archive, options) }),
        ...(inner.attach === undefined
          ? {}
          : {
              attach: async (handle, attachOptions) =>
                mapOperation(await attachTo(inner, handle, attachOptions), { result: (archive) => deliverArchive(archive, options) }),
            }),
      }),
  };
}

function deliverArchive(archive: Archive, options: DeliveryLayerOptions): Archive {
  const openPart = async (attempt: OpenOptions): Promise<ArchiveContent> => {
    const content = await archive.open(attempt);
    return attempt.range === undefined ? content : { ...cutToRange(content, attempt.range), format: content.format };
  };
  return overlayArchive(archive, { open: (openOptions = {}) => deliver(openPart, openOptions, options, 'archive', undefined) });
}

async function deliver<C extends Content>(
  open: (options: OpenOptions) => Promise<C>,
  openOptions: OpenOptions,
  { context, clock, logger, idleTimeoutMs, transferTimeoutMs }: DeliveryLayerOptions,
  operation: string,
  ref: Ref | undefined,
): Promise<C> {
  const { signal, concurrency } = openOptions;
  const withSignal = signal === undefined ? {} : { signal };
  const content = checked(await open(openOptions));
  if (content.body instanceof WholeBody && content.body.length === content.size) {
    // Nothing but the caller can end it any more.
    if (signal !== undefined) content.body.endAt(signal, () => inContext(abortError(signal), context, operation, ref));
    return content;
  }
  const body = new DeliveredBody(content, {
    clock,
    idleTimeoutMs,
    ...(transferTimeoutMs === undefined ? {} : { transferTimeoutMs }),
    maxFruitlessResumes,
    ...withSignal,
    reopen: (offset, length, until) => open({ range: { offset, ...(length === undefined ? {} : { length }) }, signal: until, ...(concurrency === undefined ? {} : { concurrency }) }),
    locate: (error) => inContext(error, context, operation, ref),
    onResume: (error, receivedBytes) =>
      logger.log('info', 'source.resume', {
        source: context.source,
        ...(ref === undefined ? {} : { ref: formatRef(context.source, ref) }),
        kind: error.kind,
        receivedBytes,
      }),
  });
  return { ...content, body };
}

/** A size that is no number, such as that of a header that is not there, is less than nothing and more than nothing: no body would ever be short of it. */
function checked<C extends Content>(content: C): C {
  const { size, totalSize, offset } = content;
  const wrong = [size ?? 0, totalSize ?? 0, offset].find((bytes) => !Number.isSafeInteger(bytes) || bytes < 0);
  if (wrong === undefined) return content;
  content.body.destroy();
  throw new FileSourceError('vendor-protocol', `${wrong} was told as a number of bytes`, { advice: 'Report this to the maintainers of the provider; a size that is not known is null.' });
}
