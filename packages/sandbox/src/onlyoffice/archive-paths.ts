/** The path, or the path with the first free ` (n)`, which goes before the last dot of the whole path. */
export function uniquePath(path: string, taken: { has(path: string): boolean }): string {
  let candidate = path;
  for (let number = 1; taken.has(candidate); number += 1) candidate = withNumber(path, number);
  return candidate;
}

function withNumber(path: string, number: number): string {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? `${path} (${number})` : `${path.slice(0, dot)} (${number})${path.slice(dot)}`;
}

/** Workspace's shortening of long paths: the folders are given up. */
export function shortenedPath(path: string): string {
  return path.length > 200 && path.includes('/') ? `LONG_FOLDER_NAME/${path.slice(path.lastIndexOf('/') + 1)}` : path;
}
