import { open } from 'node:fs/promises';

const zip64Limit = 0xffff_ffff;

/** A local header; sizes that do not fit stand in the extra field. */
function localHeader({ name, crc, packedSize, size, method }) {
  const bytes = Buffer.from(name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(0x0800, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(0x5aa1, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packedSize, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(bytes.length, 26);
  return Buffer.concat([header, bytes]);
}

function centralHeader({ name, crc, packedSize, size, method, offset }) {
  const bytes = Buffer.from(name);
  const isFar = offset >= zip64Limit;
  const extra = Buffer.alloc(isFar ? 12 : 0);
  if (isFar) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(offset), 4);
  }
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(45, 4);
  header.writeUInt16LE(45, 6);
  header.writeUInt16LE(0x0800, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt16LE(0x5aa1, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(packedSize, 20);
  header.writeUInt32LE(size, 24);
  header.writeUInt16LE(bytes.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(Math.min(offset, zip64Limit), 42);
  return Buffer.concat([header, bytes, extra]);
}

/** The end of the directory, always with the record for more than 4 GiB or 65,535 entries. */
function endRecords(entries, start, size) {
  const far = Buffer.alloc(56);
  far.writeUInt32LE(0x06064b50, 0);
  far.writeBigUInt64LE(44n, 4);
  far.writeUInt16LE(45, 12);
  far.writeUInt16LE(45, 14);
  far.writeBigUInt64LE(BigInt(entries), 24);
  far.writeBigUInt64LE(BigInt(entries), 32);
  far.writeBigUInt64LE(BigInt(size), 40);
  far.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + size), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries, 0xffff), 10);
  end.writeUInt32LE(Math.min(size, zip64Limit), 12);
  end.writeUInt32LE(Math.min(start, zip64Limit), 16);
  return start + size >= zip64Limit || entries > 0xffff ? Buffer.concat([far, locator, end]) : end;
}

/**
 * Writes a ZIP of entries that are packed already: `{ name, crc, size, packedSize, method, write(file, position) }`, each below 4 GiB.
 * - An entry writes its own bytes, so that a large one may leave holes in the file.
 */
export async function writeZip(path, entries) {
  const file = await open(path, 'w');
  const written = [];
  let position = 0;
  let pending = [];
  let pendingBytes = 0;
  const flush = async () => {
    if (pendingBytes > 0) await file.write(Buffer.concat(pending), 0, pendingBytes, position - pendingBytes);
    [pending, pendingBytes] = [[], 0];
  };
  const add = (bytes) => {
    pending.push(bytes);
    pendingBytes += bytes.length;
    position += bytes.length;
  };
  try {
    for (const entry of entries) {
      written.push({ ...entry, packed: undefined, offset: position });
      add(localHeader(entry));
      if (entry.packed !== undefined) add(entry.packed);
      if (pendingBytes > 2 ** 22 || entry.write !== undefined) await flush();
      if (entry.write !== undefined) {
        await entry.write(file, position);
        position += entry.packedSize;
      }
    }
    const start = position;
    for (const entry of written) add(centralHeader(entry));
    add(endRecords(written.length, start, position - start));
    await flush();
  } finally {
    await file.close();
  }
}
