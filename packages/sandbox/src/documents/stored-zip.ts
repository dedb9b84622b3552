import { crc32 } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly bytes: Buffer;
}

const UTF8_NAMES = 0x0800;
const FIRST_OF_JANUARY_2026 = ((2026 - 1980) << 9) | (1 << 5) | 1;

/** A ZIP without compression, so its bytes do not depend on the zlib of the Node version that runs. */
export function storedZip(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const shared = sharedFields(name, member.bytes);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, central, name]));
    parts.push(local, member.bytes);
    offset += local.length + member.bytes.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** The 26 bytes that a local header and a directory entry have in common. */
function sharedFields(name: Buffer, bytes: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(FIRST_OF_JANUARY_2026, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(bytes.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}
