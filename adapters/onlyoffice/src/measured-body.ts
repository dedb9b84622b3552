import { pipeline, Transform, type Readable } from 'node:stream';
import { FileSourceError } from '@filesource/core';

/** A body that fails when it ends before its announced size, or goes on after it; destroying it closes the one inside. */
export function measureBody(body: Readable, size: number | null): Readable {
  if (size === null) return body;
  let received = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received > size) done(new FileSourceError('corrupt', `more bytes came than the ${size} that were announced`));
      else done(null, chunk);
    },
    flush(done) {
      if (received < size) done(new FileSourceError('truncated', `only ${received} of ${size} bytes came`));
      else done();
    },
  });
  pipeline(body, meter, () => undefined);
  return meter;
}
