import { planArchive } from './archive-plan.ts';
import { buildTarGz, buildZip } from './archive-builder.ts';
import { convertFile } from './conversion.ts';
import { utcDay } from './dates.ts';
import type { EntryId, User } from './model.ts';
import type { Portal } from './portal.ts';
import { type Selection, sides } from './selection.ts';

export interface Result {
  readonly name: string;
  readonly errors: readonly string[];
  make(): Promise<Buffer>;
}

/** What a download leaves in the temporary storage. */
export function produceResult(portal: Portal, user: User | undefined, selection: Selection): Result {
  const single = lonelyFile(portal, selection);
  if (single !== undefined) return singleFile(portal, user, selection, single);
  const halves = portal.settings.generation === 'docspace' ? sides(selection) : [selection];
  const plans = halves.map((half) => planArchive(portal, user, half));
  const { extraEntry, emptyTarMembers, truncateArchive } = portal.quirks;
  const tarGz = user !== undefined && portal.preferences.downloadsTarGz(user.id);
  const build = tarGz ? buildTarGz : buildZip;
  return {
    name: `${archiveStem(portal, selection)}${tarGz ? '.tar.gz' : '.zip'}`,
    errors: plans.flatMap(({ errors }) => errors),
    // Own and third-party entries are written as two archives, one behind the other.
    make: async () => {
      const archives = await Promise.all(plans.map(({ entries }) => build(entries, { extraEntry, emptyTarMembers })));
      return Buffer.concat(archives).subarray(0, truncateArchive);
    },
  };
}

/** The one file that comes as it is: asked for alone, or alone on its side of a mixed selection. */
function lonelyFile(portal: Portal, selection: Selection): EntryId | undefined {
  if (!(portal.quirks.singleFileUnzipped ?? portal.settings.generation === 'docspace')) return undefined;
  return sides(selection).find(({ fileIds, folderIds }) => fileIds.length === 1 && folderIds.length === 0)?.fileIds[0];
}

function singleFile(portal: Portal, user: User | undefined, selection: Selection, id: EntryId): Result {
  const file = portal.store.file(id);
  const readable = file !== undefined && portal.store.canDownload(user, file);
  if (!readable) return { name: String(id), errors: ['The required file was not found'], make: async () => Buffer.alloc(0) };
  const packed = portal.quirks.failingEntries[String(id)] ?? convertFile(portal, file, selection.conversions.get(id));
  // A failure still stores something: an empty file.
  if (typeof packed === 'string') return { name: file.title, errors: [packed], make: async () => Buffer.alloc(0) };
  return { name: packed.title, errors: [], make: async () => Buffer.from(packed.bytes) };
}

function archiveStem({ store, settings }: Portal, { folderIds, fileIds }: Selection): string {
  const [only] = folderIds;
  const folder = folderIds.length === 1 && fileIds.length === 0 && only !== undefined ? store.folder(only) : undefined;
  return folder?.title ?? `${settings.tenantAlias.toLowerCase()}-download-${utcDay(settings.now())}`;
}
