import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const place = '/proc/self/fd';

/** What this process holds open, by its number: the path of a file, `socket:[7]`, `pipe:[8]`. Nothing where the system does not tell. */
export async function openHandles(): Promise<ReadonlyMap<string, string>> {
  const numbers = await readdir(place).catch(() => []);
  const told = numbers.map(async (number) => [number, await readlink(`${place}/${number}`).catch(() => '')] as const);
  // That of the directory itself is closed by now.
  return new Map((await Promise.all(told)).filter(([, target]) => target !== ''));
}

/** Handles that were not open before, in words: files by their path, the others counted by their kind. What is being closed has its time. */
export async function handlesLeft(before: ReadonlyMap<string, string>, longestMs = 3000): Promise<readonly string[]> {
  for (let waitedMs = 0; ; waitedMs += 10) {
    const targets = [...(await openHandles())].filter(([number, target]) => before.get(number) !== target).map(([, target]) => target);
    // One that was there before may have got another number.
    const known = [...before.values()];
    const left = targets.filter((target) => !known.includes(target));
    if (left.length === 0) return [];
    if (waitedMs >= longestMs) return inWords(left);
    await sleep(10, undefined, { ref: false });
  }
}

function inWords(targets: readonly string[]): readonly string[] {
  const files = targets.filter((target) => target.startsWith('/'));
  const kinds = targets.filter((target) => !target.startsWith('/')).map((target) => target.split(':')[0] ?? target);
  const counts = [...new Set(kinds)].map((kind) => `${kinds.filter((one) => one === kind).length} of kind ${kind}`);
  return [...files.map((file) => `a handle of ${file} is still open`), ...(counts.length === 0 ? [] : [`handles are still open: ${counts.join(', ')}`])];
}
