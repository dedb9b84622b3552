'use strict';
const { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { isAbsolute, join } = require('node:path');
const v8 = require('node:v8');

const digestBytes = 32;
const headerBytes = digestBytes + 4;
/** V8 copies what is not aligned. */
const alignment = 8;
/** The rest is of earlier versions of Node or of ours. */
const mostFiles = 24;
const dayMs = 86_400_000;

/**
 * Compiled code of earlier runs, by the names of its parts; one file for each `name`, for this Node with its flags.
 * - In the user's cache folder, and only where nobody else can write: it is code that runs as this user.
 * - Empty, and keeping nothing, where there is no such folder, or where NODE_DISABLE_COMPILE_CACHE is set.
 */
function openCodeCache(name) {
  const folder = cacheFolder(process.env);
  if (folder === undefined) return { get: () => undefined, isOld: false, holdCode: () => undefined, keep: () => undefined };
  const file = `${name}-${v8.cachedDataVersionTag().toString(16)}.code`;
  const { parts, mtimeMs } = read(folder, file) ?? { parts: new Map(), mtimeMs: 0 };
  return {
    get: (part) => parts.get(part),
    /** Each run adds what it used; that is kept once a day. */
    isOld: Date.now() - mtimeMs > dayMs,
    /** For a run that will keep something: else V8 drops what ran at the start. Any such setting makes Node compile its own modules too, so no other run has it. */
    holdCode: () => v8.setFlagsFromString('--no-flush-bytecode'),
    /** Parts of this run, made with the settings that the next run starts with; those of earlier runs stay. Failing only means that the next run compiles again. */
    keep: (make) => {
      v8.setFlagsFromString('--flush-bytecode');
      write(folder, file, new Map([...parts, ...make()]));
    },
  };
}

function cacheFolder({ NODE_DISABLE_COMPILE_CACHE = '', XDG_CACHE_HOME, LOCALAPPDATA, HOME }) {
  if (NODE_DISABLE_COMPILE_CACHE !== '') return undefined;
  const under = (base, ...names) => (base !== undefined && isAbsolute(base) ? join(base, ...names, 'filesource', 'code') : undefined);
  if (process.platform === 'win32') return under(LOCALAPPDATA);
  if (process.platform === 'darwin') return under(HOME, 'Library', 'Caches');
  return under(XDG_CACHE_HOME) ?? under(HOME, '.cache');
}

/** `undefined` unless this user wrote it, it is whole, and nobody else can write there. */
function read(folder, file) {
  let fd;
  try {
    if (!isOurs(lstatSync(folder), 'isDirectory')) return undefined;
    fd = openSync(join(folder, file), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stats = fstatSync(fd);
    if (!isOurs(stats, 'isFile')) return undefined;
    const bytes = readFileSync(fd);
    // V8 crashes on a byte that the disk has changed.
    if (bytes.length < headerBytes || !digestOf(bytes.subarray(digestBytes)).equals(bytes.subarray(0, digestBytes))) return undefined;
    const start = headerBytes + bytes.readUInt32LE(digestBytes);
    const index = JSON.parse(bytes.toString('latin1', headerBytes, start));
    return { mtimeMs: stats.mtimeMs, parts: new Map(index.map(([name, offset, length]) => [name, bytes.subarray(aligned(start) + offset, aligned(start) + offset + length)])) };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Windows has no such bits; there the folder is the user's own. */
function isOurs(stats, kind) {
  return stats[kind]() && (process.geteuid === undefined || (stats.uid === process.geteuid() && (stats.mode & 0o022) === 0));
}

function digestOf(bytes) {
  return require('node:crypto').createHash('sha256').update(bytes).digest();
}

/** Appears whole or not at all. */
function write(folder, file, parts) {
  const temporary = join(folder, `${file}.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOurs(lstatSync(folder), 'isDirectory')) return;
    try {
      writeFileSync(temporary, pack(parts), { flag: 'wx', mode: 0o600 });
      renameSync(temporary, join(folder, file));
    } finally {
      rmSync(temporary, { force: true });
    }
    for (const path of oldestFirst(folder).slice(0, -mostFiles)) rmSync(path, { force: true });
  } catch {
    // Such as a full or read-only disk.
  }
}

function pack(parts) {
  const index = [];
  let end = 0;
  for (const [name, { length }] of parts) {
    index.push([name, end, length]);
    end = aligned(end + length);
  }
  const names = Buffer.from(JSON.stringify(index), 'latin1');
  const start = aligned(headerBytes + names.length);
  const bytes = Buffer.alloc(start + end);
  bytes.writeUInt32LE(names.length, digestBytes);
  names.copy(bytes, headerBytes);
  for (const [name, offset] of index) parts.get(name).copy(bytes, start + offset);
  digestOf(bytes.subarray(digestBytes)).copy(bytes);
  return bytes;
}

function aligned(offset) {
  return Math.ceil(offset / alignment) * alignment;
}

function oldestFirst(folder) {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const written = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return files.map((path) => [path, written(path)]).sort(([, a], [, b]) => a - b).map(([path]) => path);
}

module.exports = { openCodeCache };
