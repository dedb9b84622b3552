import { recallForSession, rememberForSession } from '../storage.ts';

const most = 6;

/** The folders that were typed in for a source in this tab, the last one first. */
export function recentFolders(source: string): readonly string[] {
  const kept = all()[source];
  return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [];
}

export function rememberFolder(source: string, id: string): void {
  const others = recentFolders(source).filter((known) => known !== id);
  rememberForSession('folders', { ...all(), [source]: [id, ...others].slice(0, most) });
}

function all(): Record<string, unknown> {
  const kept = recallForSession('folders');
  return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
}
