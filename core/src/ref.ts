import { FileSourceError } from './errors/file-source-error.ts';

/** The address of a folder, or of a file in a folder, inside one source; ids are the vendor's own. */
export interface Ref {
  readonly folder: string;
  readonly file?: string;
}

export interface FileRef extends Ref {
  readonly file: string;
}

/** An address with the source that it belongs to: `contacts:1237` or `contacts:1237/1757` as text. */
export interface SourceRef extends Ref {
  readonly source: string;
}

/** What the calls of a source take: a text (`1237/1757`, `contacts:1237/1757`), an address, or an entry of a listing. */
export type RefLike = string | Ref | { readonly ref: string };

const sourceName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const longestId = 1024;
/** Most ids: nothing in them has to be encoded. */
const plainId = /^[\w@|.-]*$/;

export function isSourceName(name: string): boolean {
  return typeof name === 'string' && sourceName.test(name);
}

export function isFileRef(ref: Ref): ref is FileRef {
  return ref.file !== undefined;
}

/**
 * As {@link formatRef}, for the entries of one source: most of them stand in the folder of the one before, which is written once.
 */
export function createRefWriter(source: string): (folder: string, file?: string) => string {
  let last = '';
  let start = `${source}:`;
  return (folder, file) => {
    if (folder !== last) {
      last = folder;
      start = formatRef(source, { folder });
    }
    return file === undefined ? start : `${start}/${encodeId(file)}`;
  };
}

/** The text form; `/`, `%`, `:` at the start of an id, and characters that a terminal would act on are percent-encoded. */
export function formatRef(source: string, ref: Ref): string {
  return `${source}:${encodeId(ref.folder)}${ref.file === undefined ? '' : `/${encodeId(ref.file)}`}`;
}

/**
 * Parses `source:folder` or `source:folder/file`.
 * - Throws `invalid-argument` for anything else.
 */
export function parseSourceRef(text: string): SourceRef {
  if (typeof text !== 'string') throw wrongType(text, 'a ref is a text here');
  const colon = text.indexOf(':');
  const source = colon < 0 ? '' : text.slice(0, colon);
  if (!sourceName.test(source)) throw refError(text, 'a ref starts with the name of a source and a colon');
  return { source, ...parsePath(text, text.slice(colon + 1)) };
}

/**
 * The address that a caller means, for the source named `source`.
 * - Throws `invalid-argument` for a text that is not a ref or that names another source.
 */
export function resolveRef(source: string, like: RefLike): Ref {
  const text = textOf(like);
  if (text === undefined) return checkRef(like as Ref);
  const colon = text.indexOf(':');
  if (colon < 0) return parsePath(text, text);
  const ref = parseSourceRef(text);
  if (ref.source !== source) throw refError(text, `this source is called ${source}`);
  return ref.file === undefined ? { folder: ref.folder } : { folder: ref.folder, file: ref.file };
}

/** As {@link resolveRef}, for the calls of one source: most files stand in the folder of the one before, whose address was read then. */
export function createRefReader(source: string): (like: RefLike) => Ref {
  let start = '';
  let folder = '';
  return (like) => {
    const text = textOf(like) ?? '';
    const file = start !== '' && text.startsWith(start) ? text.slice(start.length) : '';
    if (file !== '' && file.length <= longestId && plainId.test(file)) return { folder, file };
    const ref = resolveRef(source, like);
    if (ref.file !== undefined && text !== '') [start, folder] = [text.slice(0, text.indexOf('/') + 1), ref.folder];
    return ref;
  };
}

function parsePath(text: string, path: string): Ref {
  const [folder, file, ...more] = path.split('/');
  if (folder === undefined || folder === '' || file === '' || more.length > 0) throw refError(text, 'expected folder or folder/file');
  return checkRef(file === undefined ? { folder: decodeId(text, folder) } : { folder: decodeId(text, folder), file: decodeId(text, file) });
}

/** What is written of an address; `undefined` for one that is given as folder and file. */
function textOf(like: RefLike): string | undefined {
  if (typeof like === 'string') return like;
  if (typeof like !== 'object' || like === null) throw wrongType(like, 'a ref is a text, { folder, file }, or an entry of a listing');
  if (!('ref' in like)) return undefined;
  if (typeof like.ref !== 'string') throw wrongType(like.ref, 'the ref of an entry is a text');
  return like.ref;
}

function checkRef(ref: Ref): Ref {
  checkId(ref.folder);
  if (ref.file !== undefined) checkId(ref.file);
  return ref;
}

function checkId(id: string): void {
  if (typeof id !== 'string') throw wrongType(id, 'an id is a text, in { folder, file } too');
  if (id === '') throw refError(id, 'an id is a text that is not empty');
  if (id.length > longestId || /\p{Cc}/u.test(id)) throw refError(id.slice(0, 40), 'an id has no control characters and at most 1024 characters');
}

function encodeId(id: string): string {
  if (plainId.test(id)) return id;
  return id.replace(/[%/:?#\s\p{Cc}]/gu, (character) => encodeURIComponent(character));
}

function decodeId(text: string, id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw refError(text, 'a percent sign starts an encoded character');
  }
}

function refError(text: string, why: string): FileSourceError {
  return notRef(JSON.stringify(text), why);
}

/** What only JavaScript lets through. */
function wrongType(value: unknown, why: string): FileSourceError {
  return notRef(value === null ? 'null' : value === undefined ? 'undefined' : `a value of type ${typeof value}`, why);
}

function notRef(what: string, why: string): FileSourceError {
  return new FileSourceError('invalid-argument', `${what} is not a ref of this source: ${why}`, {
    advice: 'Write source:folder or source:folder/file, for example contacts:1237 or contacts:1237/1757.',
  });
}
