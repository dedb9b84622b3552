import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { configError, type ConfigPath, type Locate, type Position } from './problem.ts';
import { yamlProblem } from './yaml-problems.ts';

export interface ParsedConfig {
  readonly data: unknown;
  readonly locate: Locate;
}

const mostAliases = 50;

/**
 * The data of a config file, YAML 1.2 or JSON, and where in the text each part stands.
 * - No custom tags, no keys that come twice, no second document, aliases only in small numbers.
 * - Errors never quote the text: it may hold credentials.
 */
export function parseConfigText(text: string, format: 'yaml' | 'json', where: string): ParsedConfig {
  const source = text.replace(/^\uFEFF/, '');
  const lines = new LineCounter();
  // JSON is YAML too: the one parser finds positions and double keys in both.
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, version: '1.2', schema: 'core', strict: true, uniqueKeys: true, stringKeys: true, resolveKnownTags: false, merge: false, logLevel: 'error' });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [first] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) throw configError(where, [{ path: [], what: yamlProblem(first.code, format), position: position(first.pos[0]) }]);
  if (format === 'json') checkJson(source, where, position);
  return { data: plainData(document, where), locate: (path) => locateIn(document, path, position) };
}

function checkJson(source: string, where: string, position: (offset: number) => Position): void {
  if (source.trim() === '') return;
  try {
    JSON.parse(source);
  } catch (error) {
    // The parser's message quotes the text; only the place is taken from it.
    const offset = /position (\d+)/.exec((error as Error).message)?.[1];
    throw configError(where, [{ path: [], what: 'this is not valid JSON', ...(offset === undefined ? {} : { position: position(Number(offset)) }) }]);
  }
}

function plainData(document: Document.Parsed, where: string): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch {
    throw configError(where, [{ path: [], what: 'an alias (*name) has no anchor (&name) before it, or there are too many of them' }]);
  }
}

/** The place of the key that a path ends in, or of the nearest part of the path that exists. */
function locateIn(document: Document.Parsed, path: ConfigPath, position: (offset: number) => Position): Position | undefined {
  let node = resolved(document.contents, document);
  let offset: number | undefined;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = resolved(pair.value, document);
    } else if (isSeq(node)) {
      const item = node.items[Number(key)];
      if (item === undefined) break;
      offset = startOf(item) ?? offset;
      node = resolved(item, document);
    } else break;
  }
  return offset === undefined ? undefined : position(offset);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function resolved(node: unknown, document: Document.Parsed): Node | undefined {
  if (!isNode(node)) return undefined;
  return 'resolve' in node && typeof node.resolve === 'function' ? (node.resolve as (of: Document.Parsed) => Node | undefined)(document) : node;
}
