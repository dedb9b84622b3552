import type { OnReadOpts, Socket } from 'node:net';
import { inTwoTurns } from './in-two-turns.ts';
import type { SmallBlocks } from './small-blocks.ts';

/** What takes the bytes of a connection. */
export interface Receiver {
  /** Where the next bytes go; `undefined`: to where they are copied from at once. */
  room(): Uint8Array | undefined;
  /** So many bytes came to the start of the room. False, when no more may come for now. */
  accept(bytes: number, room: Uint8Array): boolean;
  /** No more bytes will ever come: the server ended the connection, or it broke. */
  lost(error: Error | undefined): void;
}

/**
 * One connection, whose bytes are read into the room of whoever wants them: no stream and no buffer for each read, which is what takes most of the time of a download.
 * - Bytes that nobody asked for close it. So that they are seen, a request that follows an answer at once is sent when the socket was read once more:
 *   else what came behind that answer would be taken for the next one, and with it every answer after that.
 */
export class Connection {
  readonly origin: string;
  readonly #socket: Socket;
  #receiver: Receiver | undefined;
  #error: Error | undefined;
  #isClosed = false;
  #isPaused = false;
  /** Too early after an answer to send another request. */
  #isSettling = false;
  /** A request that waits for that. */
  #unsent: string | undefined;
  /** Where the start of the next answer goes, in place of the scratch. */
  #prepared: Buffer<ArrayBuffer> | undefined;
  #keptUntilMs = Number.POSITIVE_INFINITY;

  constructor(origin: string, options: { readonly scratch: Uint8Array; readonly connect: (onread: OnReadOpts) => Socket; readonly onClose: (connection: Connection) => void }) {
    const { scratch, connect, onClose } = options;
    this.origin = origin;
    this.#socket = connect({
      buffer: () => this.#receiver?.room() ?? this.#prepared ?? scratch,
      callback: (bytes, room) => this.#accept(bytes, room),
    });
    this.#socket.on('error', (error) => (this.#error = error));
    this.#socket.once('close', () => {
      this.#isClosed = true;
      onClose(this);
      this.#receiver?.lost(this.#error);
    });
  }

  /** Whether it may serve another exchange. */
  get isFit(): boolean {
    return !this.#isClosed && !this.#socket.destroyed && this.#socket.writable && performance.now() < this.#keptUntilMs;
  }

  /** Sends a request, whose answer goes to the receiver. */
  ask(text: string, receiver: Receiver): void {
    this.#receiver = receiver;
    this.#socket.ref();
    if (this.#isSettling) this.#unsent = text;
    else this.#socket.write(text, 'latin1');
  }

  /** The next answer is likely to have so many bytes, head and all. */
  prepareFor(bytes: number, blocks: SmallBlocks): void {
    // One that was not used stays: the socket may still read into it.
    if (this.#prepared === undefined || this.#prepared.length < bytes) this.#prepared = blocks.takeRoom(bytes) ?? this.#prepared;
  }

  /** The body out of the prepared room, which then is no longer this connection's; `undefined` where something else was read into, or the body fits it badly. */
  cutPrepared(room: Uint8Array, start: number, bytes: number, blocks: SmallBlocks): Buffer | undefined {
    const prepared = this.#prepared;
    const body = prepared === undefined || room !== prepared ? undefined : blocks.cutFrom(prepared, start, bytes);
    if (body !== undefined) this.#prepared = undefined;
    return body;
  }

  /** From now on the bytes go there. */
  handTo(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** Lets bytes come again after a receiver had enough. */
  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  /** The exchange is over, and the next one may come within that time; waiting for it keeps no process alive. */
  rest(keptForMs: number | undefined): void {
    this.#receiver = undefined;
    // TLS may bring the last bytes after a pause; whoever asks next must hear the answer.
    if (this.#isPaused) this.resume();
    if (keptForMs !== undefined) this.#keptUntilMs = performance.now() + keptForMs;
    this.#socket.unref();
    this.#settle();
  }

  /** Closes it; its receiver hears of it. */
  shut(): void {
    this.#socket.destroy();
  }

  /** Closes it for a receiver that wants to hear no more. */
  destroy(): void {
    this.#receiver = undefined;
    this.shut();
  }

  #settle(): void {
    this.#isSettling = true;
    inTwoTurns(() => {
      this.#isSettling = false;
      const text = this.#unsent;
      this.#unsent = undefined;
      if (text !== undefined && !this.#isClosed) this.#socket.write(text, 'latin1');
    });
  }

  #accept(bytes: number, room: Uint8Array): boolean {
    if (this.#receiver === undefined || this.#unsent !== undefined) {
      this.#error ??= new Error('the server sent what nobody asked for');
      this.shut();
      return false;
    }
    const goesOn = this.#receiver.accept(bytes, room);
    // By then the exchange may be over, and the connection at rest.
    if (this.#receiver === undefined) return true;
    if (!goesOn) this.#isPaused = true;
    return goesOn;
  }
}
