import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { ArchiveHandle, ArchiveSelection } from '../archive/archive.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import type { Hashing } from '../ports/hashing.ts';
import { isSourceName } from '../ref.ts';

/**
 * An operation as text, for another process to attach to.
 * - `fsop_`, then base64url of a CRC-32 and deflated JSON: a character changed on the way is noticed.
 * - Holds ids, names of settings and a fingerprint; no credential, no URL, no name of a file.
 */
export interface OperationToken {
  readonly source: string;
  readonly provider: string;
  /** See {@link fingerprintOf}. */
  readonly account: string;
  readonly handle: ArchiveHandle;
}

/** Fits a command line of any system; some thousand ids of one folder. */
export const longestToken = 30_000;
const mostBytes = 1024 * 1024;
const prefix = 'fsop_';
const version = 1;
const crcBytes = 4;

const id = z.string().min(1).max(1024).regex(/^\P{Cc}*$/u);
const bodySchema = z.strictObject({
  v: z.literal(version),
  source: z.string().refine(isSourceName),
  provider: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  account: z.string().regex(/^[0-9a-f]{16}$/),
  /** No colon, so never a URL. */
  operation: z.string().regex(/^[\w.~+/=-]{1,2048}$/),
  started: z.int().min(0).max(8.64e15),
  folders: z.array(id),
  /** Files by their folder. */
  files: z.array(z.tuple([id, z.array(id).min(1)])),
  convert: z.array(z.tuple([id, z.string().regex(/^\.?[A-Za-z0-9]{1,16}$/)])),
});

/** Tells accounts apart without naming them. */
export function fingerprintOf(account: string, hashing: Hashing): string {
  const hash = hashing.sha256();
  hash.update(Buffer.from(account, 'utf8'));
  return hash.hex().slice(0, 16);
}

/**
 * The token of an operation.
 * - Throws `too-large` for a selection that does not fit, `vendor-protocol` for an id of the operation that is none.
 */
export function formatOperationToken({ source, provider, account, handle }: OperationToken): string {
  const { operation, selection, started } = handle;
  const body = bodySchema.safeParse({
    v: version,
    source,
    provider,
    account,
    operation,
    started: started.getTime(),
    folders: selection.folders,
    files: groupByFolder(selection),
    convert: [...selection.convert],
  });
  if (!body.success) throw new FileSourceError('vendor-protocol', 'this operation cannot be told in a token');
  const packed = deflateRawSync(Buffer.from(JSON.stringify(body.data), 'utf8'), { level: 9 });
  const crc = Buffer.alloc(crcBytes);
  crc.writeUInt32BE(crc32(packed));
  const text = prefix + Buffer.concat([crc, packed]).toString('base64url');
  if (text.length <= longestToken) return text;
  const ids = selection.files.length + selection.folders.length;
  throw new FileSourceError('too-large', `${ids} files and folders do not fit into a token`, { advice: 'Ask for folders in place of their files, or for fewer files at once.' });
}

/**
 * What a token says.
 * - Throws `invalid-argument` for anything that is not a token of this version; never shows the text, which may be anything.
 */
export function parseOperationToken(text: string): OperationToken {
  if (typeof text !== 'string') throw notAToken('it is no text');
  const json = unpack(text.trim());
  const found = z.object({ v: z.int() }).safeParse(json);
  if (found.success && found.data.v !== version) {
    throw notAToken(`it is of version ${found.data.v}, and this is version ${version}`, 'Use the version of filesource that made it.');
  }
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) throw notAToken('its content is not that of a token');
  const { source, provider, account, operation, started, folders, files, convert } = parsed.data;
  return {
    source,
    provider,
    account,
    handle: {
      operation,
      started: new Date(started),
      selection: { folders, files: files.flatMap(([folder, ids]) => ids.map((file) => ({ folder, file }))), convert: new Map(convert) },
    },
  };
}

/** Throws `invalid-argument` that names what differs, for a token of something else. */
export function checkOperationToken(token: OperationToken, own: Omit<OperationToken, 'handle'>): void {
  const differs = (what: string, advice: string): FileSourceError => new FileSourceError('invalid-argument', `the token is of another ${what}`, { advice });
  if (token.source !== own.source) throw differs(`source: ${token.source}, not ${own.source}`, `Attach with the source ${token.source}.`);
  if (token.provider !== own.provider) throw differs(`provider: ${token.provider}, and ${own.source} is now ${own.provider}`, 'Use the config that the operation was started with.');
  if (token.account !== own.account) throw differs(`account than the one that ${own.source} has in this config`, 'Use the config that the operation was started with: the same address and user.');
}

function unpack(text: string): unknown {
  if (!text.startsWith(prefix)) throw notAToken(`a token starts with ${prefix}`);
  if (text.length > longestToken) throw notAToken(`a token has at most ${longestToken} characters`);
  const coded = text.slice(prefix.length);
  const bytes = Buffer.from(coded, 'base64url');
  const packed = bytes.subarray(crcBytes);
  const isWhole = bytes.length > crcBytes && bytes.toString('base64url') === coded && bytes.readUInt32BE(0) === crc32(packed);
  if (!isWhole) throw notAToken('it is cut, or changed on the way', 'Copy all of it.');
  try {
    return JSON.parse(inflateRawSync(packed, { maxOutputLength: mostBytes }).toString('utf8'));
  } catch {
    throw notAToken('its content is not that of a token');
  }
}

function notAToken(why: string, advice = 'Give the text that "archive --detach" printed, or that the operation gave as its token.'): FileSourceError {
  return new FileSourceError('invalid-argument', `this is not a token of an operation: ${why}`, { advice });
}

function groupByFolder({ files }: ArchiveSelection): readonly (readonly [string, readonly string[]])[] {
  const groups = new Map<string, string[]>();
  for (const { folder, file } of files) {
    const group = groups.get(folder);
    if (group === undefined) groups.set(folder, [file]);
    else group.push(file);
  }
  return [...groups];
}
