import type { EntryId } from './model.ts';
import type { Portal } from './portal.ts';

export function handlerPath(portal: Portal): string {
  return portal.settings.generation === 'docspace' ? '/filehandler.ashx' : '/Products/Files/HttpHandlers/filehandler.ashx';
}

export function downloadUrl(portal: Portal, origin: string, fileId: EntryId): string {
  return `${origin}${handlerPath(portal)}?action=download&fileid=${encodeURIComponent(fileId)}`;
}

export function bulkUrl(portal: Portal, origin: string, name: string): string {
  return `${origin}${handlerPath(portal)}?action=bulk&filename=${encodeURIComponent(portal.temp.seal(name))}`;
}

/** The same address under the name that the quirk `linkHostname` asks for. */
export function withLinkHostname(portal: Portal, origin: string): string {
  const { linkHostname } = portal.quirks;
  return linkHostname === undefined ? origin : origin.replace(/^(https?:\/\/)[^:/]+/, `$1${linkHostname}`);
}
