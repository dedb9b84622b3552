import * as fs from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { toFileSourceError } from '@filesource/core';
import { openArchiveBytes } from '../src/archive/archive-bytes.ts';
import { FileWindow } from '../src/archive/file-window.ts';
import { LimitGuard, type ArchiveLimits } from '../src/archive/limits.ts';
import { readZipDirectory, type ZipEntry } from '../src/archive/zip-directory.ts';
import { patch, temporaryDirectory, zipOf } from './helpers.ts';

interface Record {
  readonly name: string | Buffer;
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly offset?: number;
  readonly attributes?: number;
  readonly extra?: Buffer;
  readonly comment?: string;
  readonly signature?: number;
}

function record({ name, flags = 0x0800, method = 8, size = 5, packedSize = 7, offset = 0, attributes = 0, extra = Buffer.alloc(0), comment = '', signature = 0x02014b50 }: Record): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(signature, 0);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(0xdeadbeef, 16);
  header.writeUInt32LE(packedSize, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(Buffer.byteLength(name), 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(comment.length, 32);
  header.writeUInt32LE(attributes, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(name), extra, Buffer.from(comment)]);
}

/** A directory after a few bytes of nothing, and its end. */
function zip(records: readonly Record[], count = records.length): Buffer {
  const directory = Buffer.concat(records.map(record));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(4, 16);
  return Buffer.concat([Buffer.from('PK\x03\x04'), directory, end]);
}

function field(id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

type Read = { readonly entries: readonly ZipEntry[] } | { readonly kind: string; readonly message: string };

async function read(path: string, isQuick: boolean, limits: Partial<ArchiveLimits>): Promise<{ readonly told: Read; readonly wasQuick: boolean }> {
  const bytes = openArchiveBytes(fs, path, 1024 * 1024);
  const window = new FileWindow(bytes);
  let wasQuick = false;
  const quick = window.quick.bind(window);
  Object.assign(window, {
    quick: isQuick
      ? async (start: number, count: number) => {
          const found = await quick(start, count);
          wasQuick = found !== undefined;
          return found;
        }
      : undefined,
  });
  try {
    const entries = await readZipDirectory(window, bytes.size, new LimitGuard(limits, bytes.size));
    return { told: { entries }, wasQuick };
  } catch (error) {
    const { kind, message } = toFileSourceError(error);
    return { told: { kind, message }, wasQuick };
  } finally {
    bytes.close();
  }
}

const plain: Record = { name: 'a/b.txt' };
const far = Buffer.alloc(8, 1);

test.each<readonly [string, Buffer, boolean, Partial<ArchiveLimits>?]>([
  ['plain entries', zip([plain, { name: 'Straße/ä.txt' }, { name: 'plain.txt', flags: 0 }, { name: 'folder/', size: 0, packedSize: 0, method: 0 }, { name: 'windows\\', flags: 8 }]), true],
  ['times and owners in extra fields, and comments', zip([{ ...plain, extra: field(0x5455, Buffer.alloc(5)), comment: 'hello' }, { ...plain, extra: Buffer.concat([field(0x7875, Buffer.alloc(11)), Buffer.alloc(3)]) }]), true],
  ['UTF-8 that is none', zip([{ name: Buffer.from([0x61, 0xff, 0xc3]) }]), true],
  ['thousands of entries, and long ones', zip(Array.from({ length: 20_000 }, (_, index) => ({ name: `${'x'.repeat(index % 300)}${index}.txt`, offset: index }))), true],
  ['no entry', zip([]), true],
  ['a real ZIP', await zipOf([{ path: 'a.txt', content: 'a'.repeat(1000) }, { path: 'b/', content: '' }, { path: 'ü/c.txt', content: 'c', store: true }]), true],
  ['a name without a mark', zip([plain, { name: 'ä.txt', flags: 0 }]), false],
  ['a name in CP437', zip([plain, { name: Buffer.from([0x84, 0x2e, 0x74]), flags: 0 }]), false],
  ['another name in an extra field', zip([{ ...plain, extra: field(0x7075, Buffer.from('\x01\0\0\0\0name', 'latin1')) }]), false],
  ['an offset beyond 4 GiB', zip([{ ...plain, offset: 0xffffffff, extra: field(1, far) }]), false],
  ['a size that stands elsewhere and is not there', zip([{ ...plain, size: 0xffffffff }]), false],
  ['an encrypted entry', zip([plain, { ...plain, flags: 1 }]), false],
  ['strong encryption', zip([plain, { ...plain, flags: 0x41 }]), false],
  ['a symbolic link', zip([{ ...plain, attributes: 0o120777 * 65536 }]), false],
  ['an unknown method', zip([{ ...plain, method: 93 }]), false],
  ['two sizes of what is not packed', zip([{ ...plain, method: 0 }]), false],
  ['an extra field that goes on past its end', zip([{ ...plain, extra: Buffer.from([0x55, 0x54, 9, 0, 1]) }]), false],
  ['no entry where one should be', zip([plain, { ...plain, signature: 0x04034b50 }]), false],
  ['more entries announced than there are', zip([plain], 3), false],
  ['a cut end', zip([plain, plain]).subarray(0, -5), false],
  ['a directory that starts past the end', patch(zip([plain]), '\x04\0\0\0\0\0', Buffer.from([0xf0, 0xf0, 0xf0, 0x0f, 0, 0])), false],
  ['too many entries', zip([plain, plain]), false, { maxEntries: 1 }],
  ['too many bytes', zip([plain, plain]), true, { maxBytes: 7 }],
])('a directory with %s comes to the same, whoever reads it', async (_, bytes, wasQuick, limits = {}) => {
  const path = join(await temporaryDirectory(), 'a.zip');
  await writeFile(path, bytes);
  const slow = await read(path, false, limits);
  expect(await read(path, true, limits)).toEqual({ told: slow.told, wasQuick });
});
