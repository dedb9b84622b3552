import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { noteFailure } from '../answer-failures.ts';
import { NoAnswer } from '../no-answer.ts';
import type { Connection, Receiver } from './connection.ts';

export interface NodeAnswerOptions {
  readonly connection: Connection;
  /** What came of the answer so far. */
  readonly before: Buffer;
  readonly maxHeaderBytes: number;
  readonly onAnswer: (answer: IncomingMessage) => void;
  readonly onError: (error: Error) => void;
  /** Called when all of it came and the connection may serve another exchange. */
  readonly onComplete: () => void;
}

/**
 * Lets Node's own parser read an answer that began on a connection: every one that is not plain.
 * - The request was sent already; what Node sends is dropped.
 * - Returns what gives the answer up.
 */
export function readByNode({ connection, before, maxHeaderBytes, onAnswer, onError, onComplete }: NodeAnswerOptions): (error: Error) => void {
  let answer: IncomingMessage | undefined;
  const replay = new Replay(connection, () => {
    if (answer === undefined || !mayBeKept(answer)) return false;
    onComplete();
    return true;
  });
  replay.push(before);
  connection.handTo(replay);
  const request = httpRequest({ createConnection: () => replay, method: 'GET', maxHeaderSize: maxHeaderBytes });
  request.once('response', (message) => {
    answer = message;
    onAnswer(message);
  });
  request.on('error', (error) => {
    if (answer === undefined) onError(error);
    else noteFailure(answer, error);
  });
  // An answer that wants to go on in another protocol ends so.
  request.once('close', () => {
    if (answer === undefined) onError(new Error('the answer ended in its head', { cause: new NoAnswer() }));
  });
  request.end();
  return (error) => void request.destroy(error);
}

/** Bytes of a connection as Node's client wants them. It ends its side when it has all of an answer. */
class Replay extends Duplex implements Receiver {
  readonly #connection: Connection;
  readonly #release: () => boolean;
  #isReleased = false;

  constructor(connection: Connection, release: () => boolean) {
    super();
    this.#connection = connection;
    this.#release = release;
  }

  room(): undefined {
    return undefined;
  }

  accept(bytes: number, room: Uint8Array): boolean {
    return this.push(Buffer.from(room.subarray(0, bytes)));
  }

  lost(error: Error | undefined): void {
    if (error === undefined) this.push(null);
    else this.destroy(error);
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }

  override _final(done: () => void): void {
    this.#isReleased = this.#release();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isReleased) this.#connection.destroy();
    // As a socket does it: what Node does at the close may reach an answer only after somebody had the time to listen.
    setImmediate(done, error);
  }
}

/** Only after an answer whose end was told by itself, and not by the end of the connection. */
function mayBeKept({ complete, httpVersion, headers, statusCode }: IncomingMessage): boolean {
  const hasEnd = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined || statusCode === 204 || statusCode === 304;
  return complete && hasEnd && httpVersion === '1.1' && !/close|upgrade/i.test(headers.connection ?? '');
}
