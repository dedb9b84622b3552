import { FileSourceError, mediaTypeOf, type Archive, type ArchiveContent, type ArchiveFormat, type ByteRange, type OpenOptions, type Ports } from '@filesource/core';
import type { ArchivePlan } from './archive-plan.ts';
import type { OnlyOfficeClient } from './client.ts';
import { fileNameOf, mediaTypeIn } from './content-headers.ts';
import { isHandler, openBody, type Body } from './file-handler.ts';

export interface BulkArchiveParts {
  readonly client: OnlyOfficeClient;
  readonly ports: Ports;
  readonly plan: ArchivePlan;
  /** Resolves when the plan has all its items; missing when it has. */
  readonly itemsListed?: Promise<void>;
  readonly url: string;
  readonly warning: string | null;
  /** False once a later archive of the same name took the place of this one. */
  readonly isCurrent: () => boolean;
}

/** What a finished bulk download left at the vendor. */
export function createBulkArchive(parts: BulkArchiveParts): Archive {
  const { client, ports, plan, itemsListed, warning } = parts;
  const url = linkOf(parts.url, client.portal);
  let totalSize: number | null = null;

  const fetchBody = (range: ByteRange | undefined, signal: AbortSignal | undefined): Promise<Body> =>
    openBody(client, ports, { url, range, totalSize, mediaType: mediaTypeOf(plan.name), isArchive: true, signal });

  /** A range that starts past the end fails in ways that tell nothing, so the size is learnt before one is asked for. */
  const learnSize = async (signal: AbortSignal | undefined): Promise<void> => {
    const probe = await fetchBody(undefined, signal);
    probe.body.destroy();
    totalSize = probe.total;
  };

  return {
    name: plan.name,
    items: plan.items,
    ...(itemsListed === undefined ? {} : { itemsListed }),
    warning,
    link: { url, kind: 'archive', expires: null, needsCredentials: true },
    open: async ({ range, signal }: OpenOptions = {}): Promise<ArchiveContent> => {
      if (!parts.isCurrent()) {
        throw new FileSourceError('conflict', 'a later archive of the same name took the place of this one at the vendor', { advice: 'Fetch an archive before the next is started.' });
      }
      if (range !== undefined && range.offset > 0 && totalSize === null) await learnSize(signal);
      const body = await fetchBody(range, signal);
      totalSize ??= body.total;
      const told = fileNameOf(body.headers, (sent) => comparable(sent) === comparable(plan.name)) ?? nameInUrl(body.url, url);
      const name = told ?? plan.name;
      // Without a name, the file itself is told from an archive of it by its size.
      const isOtherSize = body.total !== null && (plan.single?.size ?? null) !== null && body.total !== plan.single?.size;
      const format = told === null && (isOtherSize || isZip(mediaTypeIn(body.headers))) ? 'zip' : formatOf(name, plan);
      if (format === 'single' && isOtherSize) {
        body.body.destroy();
        throw new FileSourceError('truncated', `the vendor made a file of ${body.total} bytes out of one of ${plan.single?.size}`, { status: 'permanent', advice: 'Open the file itself in place of an archive of it.' });
      }
      return {
        body: body.body,
        size: body.size,
        totalSize: body.total,
        offset: body.offset,
        mediaType: mediaTypeIn(body.headers),
        name,
        // The link serves whatever was made last under its name, and only its size tells two of them apart.
        validator: null,
        format,
      };
    },
  };
}

function linkOf(text: string, portal: URL): string {
  if (!URL.canParse(text, portal.href) || !/^https?:$/.test(new URL(text, portal).protocol)) {
    throw new FileSourceError('vendor-protocol', 'the portal ended the operation with a link that is none');
  }
  return new URL(text, portal).href;
}

/** A store that the portal redirected to may name the file in its path only. */
function nameInUrl(final: string, asked: string): string | null {
  const url = new URL(final);
  if (url.origin === new URL(asked).origin || isHandler(url)) return null;
  const segment = url.pathname.split(/[/\\]|%5C/i).pop() ?? '';
  try {
    return segment === '' ? null : decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const bundleName = /-download-\d{4}-\d\d-\d\d\.(zip|tar\.gz)$/i;

/** One file asked for alone comes packed or not, by version and generation: its name decides. */
function formatOf(name: string, plan: ArchivePlan): ArchiveFormat {
  const packed: ArchiveFormat = /\.(tar\.gz|tgz)$/i.test(name) ? 'tar.gz' : 'zip';
  if (plan.single === null) return packed;
  if (plan.single.path !== null && comparable(plan.single.path) === comparable(name)) return 'single';
  if (bundleName.test(name)) return packed;
  return /\.(zip|tar\.gz|tgz)$/i.test(name) ? packed : 'single';
}

function isZip(mediaType: string | null): boolean {
  return mediaType === 'application/zip' || mediaType === 'application/x-zip-compressed';
}

function comparable(name: string): string {
  return name.normalize('NFC').replace(/[\\/:*?"<>|]/g, '_').trim().toLowerCase();
}
