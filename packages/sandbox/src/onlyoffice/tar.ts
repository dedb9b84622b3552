export interface TarMember {
  /** With a slash at the end: a directory. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly modified: number;
}

const BLOCK = 512;

/** A tar in POSIX form; names go into extended headers where the old ones have no room or no letters for them. */
export function tar(members: readonly TarMember[]): Buffer {
  const parts = members.flatMap((member) => {
    const plain = /^[\x20-\x7e]{1,100}$/.test(member.path);
    const record = paxRecord('path', member.path);
    const extended = plain ? [] : [header({ ...member, path: 'PaxHeader' }, 'x', record.length), padded(record)];
    const short = plain ? member.path : member.path.replace(/[^\x20-\x7e]/g, '_').slice(-100);
    const type = member.path.endsWith('/') ? '5' : '0';
    return [...extended, header({ ...member, path: short }, type, member.bytes.length), padded(member.bytes)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header({ path, modified }: TarMember, type: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number): void => {
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  };
  block.write(path, 0, 100, 'latin1');
  octal(type === '5' ? 0o755 : 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(modified / 1000), 136, 12);
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  // The checksum is taken with its own field full of spaces.
  block.fill(' ', 148, 156);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** `<length> path=<name>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}
