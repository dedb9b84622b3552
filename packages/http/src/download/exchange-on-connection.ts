import type { Readable } from 'node:stream';
import { listenForAbort, stopListeningForAbort, WholeBody, type BlockPool } from '@filesource/core';
import { headersOf } from '../headers-of.ts';
import { NoAnswer } from '../no-answer.ts';
import { mostWholeBytes } from '../whole-bodies.ts';
import type { Connection, Receiver } from './connection.ts';
import { LengthBody } from './length-body.ts';
import { readByNode } from './node-answer.ts';
import { readPlainHead, type PlainHead } from './plain-head.ts';
import type { SmallBlocks } from './small-blocks.ts';
import { SmallBody } from './small-body.ts';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

export interface ExchangeOptions {
  readonly connection: Connection;
  /** Where the first block of a body comes from. */
  readonly smallBlocks: SmallBlocks;
  /** Where the further ones of a large body come from. */
  readonly blocks: BlockPool;
  /** The request as it is sent. */
  readonly text: string;
  readonly signal: AbortSignal | undefined;
  readonly maxHeaderBytes: number;
  /** Called when all of the answer came and the connection may serve another exchange, within that time where the server says one. */
  readonly onComplete: (keptForMs: number | undefined) => void;
}

const headEnd = '\r\n\r\n';

/** Sends a request on a connection; resolves with the answer, its body whole where it is small. */
export function exchangeOnConnection(options: ExchangeOptions): Promise<RawAnswer> {
  return new Promise((resolve, reject) => new Exchange(options, resolve, reject).start());
}

/** Waits for the head of an answer, and lets the right one take its body. */
class Exchange implements Receiver {
  readonly #options: ExchangeOptions;
  readonly #resolve: (answer: RawAnswer) => void;
  readonly #reject: (error: unknown) => void;
  #giveUp: (error: Error) => void = () => this.#options.connection.destroy();

  constructor(options: ExchangeOptions, resolve: (answer: RawAnswer) => void, reject: (error: unknown) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { connection, text, signal } = this.#options;
    if (signal !== undefined) listenForAbort(signal, this.#onAbort);
    connection.ask(text, this);
  }

  room(): undefined {
    return undefined;
  }

  accept(bytes: number, room: Uint8Array): boolean {
    const seen = Buffer.from(room.buffer, room.byteOffset, bytes);
    const end = seen.indexOf(headEnd);
    const head = end === -1 || end > this.#options.maxHeaderBytes ? undefined : readPlainHead(seen.toString('latin1', 0, end));
    if (head === undefined) this.#readByNode(Buffer.from(seen));
    else this.#begin(head, seen, end + headEnd.length, room);
    return true;
  }

  lost(error: Error | undefined): void {
    this.#fail(new NoAnswer(error));
  }

  #begin(head: PlainHead, seen: Buffer, bodyAt: number, room: Uint8Array): void {
    const { connection, smallBlocks, blocks, signal, onComplete } = this.#options;
    const { status, headers, length } = head;
    const came = seen.length - bodyAt;
    const isWhole = came >= length;
    const complete = (): void => {
      // More than was announced: nobody knows what the next answer on it would be.
      if (head.canBeKept && came <= length) {
        connection.prepareFor(bodyAt + length, smallBlocks);
        onComplete(head.keptForMs);
      } else connection.destroy();
    };
    const { block, filled } = this.#firstBlock(length, seen, bodyAt, room);
    const settle = (body: Readable): void => this.#settle({ status, headers, body });
    if (isWhole) {
      complete();
      settle(new WholeBody(block));
      return;
    }
    const bodyOptions = { connection, blocks, length, signal, first: { block, filled }, onComplete: complete };
    if (length <= mostWholeBytes) {
      const body = new SmallBody(bodyOptions, settle);
      this.#giveUp = () => {
        body.giveUp();
        connection.destroy();
      };
      connection.handTo(body);
    } else {
      const body = new LengthBody(bodyOptions);
      connection.handTo(body);
      settle(body);
    }
  }

  /** Where the body starts, with what came of it: it stays where it was read to, or is copied. */
  #firstBlock(length: number, seen: Buffer, bodyAt: number, room: Uint8Array): { readonly block: Buffer; readonly filled: number } {
    const { connection, smallBlocks } = this.#options;
    const inPlace = connection.cutPrepared(room, bodyAt, length, smallBlocks);
    if (inPlace !== undefined) return { block: inPlace, filled: Math.min(length, seen.length - bodyAt) };
    const block = smallBlocks.take(LengthBody.firstBlockBytes(length));
    return { block, filled: seen.copy(block, 0, bodyAt) };
  }

  #readByNode(before: Buffer): void {
    const { connection, maxHeaderBytes, onComplete } = this.#options;
    this.#giveUp = readByNode({
      connection,
      before,
      maxHeaderBytes,
      onAnswer: (answer) => this.#settle({ status: answer.statusCode ?? 0, headers: headersOf(answer.headers), body: answer }),
      onError: (error) => this.#fail(error),
      onComplete: () => onComplete(undefined),
    });
  }

  #settle(answer: RawAnswer): void {
    this.#stopListening();
    this.#resolve(answer);
  }

  #fail(error: Error): void {
    this.#stopListening();
    this.#reject(error);
  }

  #stopListening(): void {
    const { signal } = this.#options;
    if (signal !== undefined) stopListeningForAbort(signal, this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#options.signal ?? {};
    const error = reason instanceof Error ? reason : new Error('aborted');
    this.#giveUp(error);
    this.#fail(error);
  };
}
