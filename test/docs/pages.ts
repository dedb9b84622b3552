import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export function read(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}

/** Every page for people, by its path in the repository. */
export async function pages(): Promise<readonly string[]> {
  const inside = async (folder: string, wanted: (name: string) => string): Promise<string[]> => (await readdir(join(root, folder))).map((name) => `${folder}/${wanted(name)}`);
  const readme = (name: string): string => `${name}/README.md`;
  const candidates = [...(await inside('.', (name) => name)), ...(await inside('docs', (name) => name)), ...(await inside('adapters', readme)), ...(await inside('packages', readme)), 'core/README.md', 'examples/README.md'];
  const found = await Promise.all(candidates.filter((path) => path.endsWith('.md')).map(async (path) => ((await read(path).catch(() => undefined)) === undefined ? [] : [path.replace(/^\.\//, '')])));
  return found.flat();
}

/** A fenced block, with the comment above it that says where it comes from. */
export interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** `from PATH#REGION`, `run by PATH`; `undefined` for a block that says nothing. */
  readonly mark: { readonly kind: 'from' | 'run by'; readonly path: string; readonly region: string | undefined } | undefined;
}

/** Also of blocks that stand in a list, whose indentation is taken off. */
export async function snippetsOf(page: string): Promise<readonly Snippet[]> {
  const text = await read(page);
  return [...text.matchAll(/^(?:[ \t]*<!-- (from|run by) ([^\s#]+)(?:#(\S+))? -->\n)?([ \t]*)```(\w+)\n([\s\S]*?)^\4```$/gm)].map((match) => {
    const [, kind, path = '', region, , language = '', body = ''] = match;
    return {
      page,
      line: text.slice(0, match.index).split('\n').length,
      language,
      text: dedent(body),
      mark: kind === 'from' || kind === 'run by' ? { kind, path, region } : undefined,
    };
  });
}

/** The lines between `// #region NAME` and its `// #endregion`; the whole file without a name. */
export async function regionOf(path: string, region: string | undefined): Promise<string | undefined> {
  const text = await read(path);
  if (region === undefined) return text;
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line, index) => index > start && line.trim() === '// #endregion');
  return start < 0 || end < 0 ? undefined : dedent(`${lines.slice(start + 1, end).join('\n')}\n`);
}

function dedent(text: string): string {
  const indents = text.split('\n').filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents, Infinity);
  return least === Infinity || least === 0 ? text : text.split('\n').map((line) => line.slice(least)).join('\n');
}
