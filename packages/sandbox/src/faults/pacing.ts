import type { ServerResponse } from 'node:http';

/** So many bytes, a pause, the next: until all are sent or the caller has gone. */
export function sendSlowly(raw: ServerResponse, body: Buffer, { bytes, everyMs }: { readonly bytes: number; readonly everyMs: number }): void {
  let sent = 0;
  repeat(raw, everyMs, () => {
    if (sent >= body.length) {
      raw.end();
      return;
    }
    raw.write(body.subarray(sent, sent + bytes));
    sent += bytes;
  });
}

const junk = Buffer.alloc(16 * 1024, 'und so weiter ');

/** Bytes without end, as fast as the caller takes them. */
export function sendEndless(raw: ServerResponse): void {
  let isReady = true;
  raw.on('drain', () => (isReady = true));
  repeat(raw, 1, () => {
    if (isReady) isReady = raw.write(junk);
  });
}

function repeat(raw: ServerResponse, everyMs: number, step: () => void): void {
  const timer = setInterval(() => (raw.writableEnded ? clearInterval(timer) : step()), everyMs);
  raw.once('close', () => clearInterval(timer));
  step();
}
