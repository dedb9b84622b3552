import { createHash } from 'node:crypto';
// eslint-disable-next-line @n8n/community-nodes/no-restricted-imports -- bytes are counted and hashed while n8n takes them: a stream of Node's own is the only thing it takes
import { Transform, type Readable } from 'node:stream';

export interface Digest {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface DigestStream {
  /** What comes out of it is what goes in. Destroying it destroys the body, and so closes the vendor's socket. */
  readonly body: Readable;
  /** Of all bytes that went through; ask once the body has ended. */
  digest(): Digest;
}

/** A body on its way to somebody else, counted and hashed; nothing of it is kept. */
export function digestStream(body: Readable): DigestStream {
  const hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
    destroy(error, done) {
      body.destroy();
      done(error);
    },
  });
  body.on('error', (error) => through.destroy(error));
  body.pipe(through);
  return { body: through, digest: () => ({ bytes, sha256: hash.digest('hex') }) };
}
