import { Readable } from 'node:stream';
import { FileSourceError, GatheredBytes, type Content, type OpenOptions } from '@filesource/core';
import { RandomAccessReader } from 'yauzl';

export type OpenRemote = (options: OpenOptions) => Promise<Content>;

const startBytes = 512;
const pieceBytes = 256 * 1024;
/** A million entries with usual names. */
const mostDirectoryBytes = 128 * 1024 * 1024;

interface Piece {
  readonly from: number;
  readonly bytes: Buffer;
}

/** Ranges of one remote file, which has to stay the same while it is read. */
export class RemoteFile {
  readonly #open: OpenRemote;
  readonly #signal: AbortSignal | undefined;
  readonly #first: Content;
  readonly size: number;
  /** The first bytes of it. */
  readonly start: Buffer;
  /** Its start and its end, of which nothing is asked for again: all of a small archive, for one. */
  readonly #held: Piece[];

  private constructor(open: OpenRemote, signal: AbortSignal | undefined, first: Content, size: number, start: Buffer) {
    this.#open = open;
    this.#signal = signal;
    this.#first = first;
    this.size = size;
    this.start = start;
    this.#held = [{ from: 0, bytes: start }];
  }

  static async open(open: OpenRemote, signal: AbortSignal | undefined): Promise<RemoteFile> {
    const first = await open({ range: { offset: 0, length: startBytes }, ...(signal === undefined ? {} : { signal }) });
    const { totalSize } = first;
    if (totalSize === null) {
      first.body.destroy();
      throw new FileSourceError('unsupported', 'the vendor does not tell how large the archive is, so its directory cannot be found by ranges', { advice: 'Fetch it whole.' });
    }
    const start = await gather(first.body, Math.min(startBytes, totalSize));
    return new RemoteFile(open, signal, first, totalSize, start);
  }

  /** A part of it as a stream. Throws `conflict` when it became another file. */
  async stream(offset: number, length: number, signal = this.#signal): Promise<Readable> {
    const held = this.#held.find(({ from, bytes }) => offset >= from && offset + length <= from + bytes.length);
    if (held !== undefined) return Readable.from([held.bytes.subarray(offset - held.from, offset - held.from + length)]);
    const { body, ...content } = await this.#open({ range: { offset, length }, ...(signal === undefined ? {} : { signal }) });
    const differ = (a: string | number | null, b: string | number | null): boolean => a !== null && b !== null && a !== b;
    if (!differ(this.#first.validator, content.validator) && !differ(this.size, content.totalSize) && content.offset === offset) return body;
    body.destroy();
    throw new FileSourceError('conflict', 'the archive was replaced by another one while it was being read', { advice: 'Read it again.' });
  }

  async bytes(offset: number, length: number): Promise<Buffer> {
    return length === 0 ? Buffer.alloc(0) : gather(await this.stream(offset, length), length);
  }

  /** Its last bytes, which are held from now on. */
  async end(length: number): Promise<Piece> {
    const piece = { from: this.size - length, bytes: await this.bytes(this.size - length, length) };
    this.#held.push(piece);
    return piece;
  }
}

async function gather(body: Readable, length: number): Promise<Buffer> {
  const chunks = new GatheredBytes();
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.add(chunk);
    if (chunks.length > length) break;
  }
  if (chunks.length === length) return chunks.whole();
  throw new FileSourceError(chunks.length < length ? 'truncated' : 'corrupt', `${chunks.length} bytes came for a range of ${length}`);
}

/** The directory of a remote archive for yauzl: its end in one request, and the rest in few large pieces. */
export class RemoteWindow extends RandomAccessReader {
  readonly #file: RemoteFile;
  #end: Piece | undefined;
  #piece: Piece | undefined;
  #fetched = 0;

  constructor(file: RemoteFile) {
    super();
    this.#file = file;
  }

  start(): Buffer {
    return this.#file.start;
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    this.#copy(buffer, offset, length, position).then(
      () => callback(null),
      (error: unknown) => callback(error instanceof Error ? error : new Error('the archive cannot be read')),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  async #copy(buffer: Buffer, offset: number, length: number, position: number): Promise<void> {
    if (position < 0 || position + length > this.#file.size) throw new RangeError('the archive ends too early');
    for (let done = 0; done < length; ) {
      const at = position + done;
      const { from, bytes } = await this.#pieceAt(at);
      done += bytes.copy(buffer, offset + done, at - from, at - from + length - done);
    }
  }

  async #pieceAt(at: number): Promise<Piece> {
    for (const piece of [this.#end, this.#piece]) {
      if (piece !== undefined && at >= piece.from && at < piece.from + piece.bytes.length) return piece;
    }
    // The first thing that is asked for is the end.
    if (this.#end === undefined) return (this.#end = await this.#file.end(this.#file.size - at));
    const most = Math.min(pieceBytes, (this.#end.from > at ? this.#end.from : this.#file.size) - at);
    this.#fetched += most;
    if (this.#fetched > mostDirectoryBytes) throw new FileSourceError('too-large', `the directory of the archive has more than ${mostDirectoryBytes} bytes`);
    this.#piece = { from: at, bytes: await this.#file.bytes(at, most) };
    return this.#piece;
  }
}
