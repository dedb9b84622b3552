import { createHmac, timingSafeEqual } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FileSourceError } from '@filesource/core';
import { CursorStore } from './cursor-store.ts';

/** Any proxy takes a URL with this in it. */
const longest = 1_500;
const mostBytes = 1024 * 1024;
const tagBytes = 16;
const own = Buffer.from([1]);
const kept = Buffer.from([2]);

/**
 * Cursors of sources, short enough for a query.
 * - Packed and sealed for their folder: one of another folder, or one that was cut or changed, is `invalid-argument`.
 * - One that stays long when packed is kept here for an hour after its last use, and goes with the process; all others are whole in themselves.
 */
export class CursorSeal {
  readonly #key: Buffer;
  readonly #store: CursorStore;

  constructor(key: Buffer, store = new CursorStore()) {
    this.#key = key;
    this.#store = store;
  }

  seal(place: string, cursor: string): string {
    const packed = Buffer.concat([own, deflateRawSync(cursor, { level: 9 })]);
    const whole = this.#sealed(place, packed);
    return whole.length <= longest ? whole : this.#sealed(place, Buffer.concat([kept, this.#store.put(cursor)]));
  }

  /** Throws `invalid-argument` for anything that {@link CursorSeal.seal} did not give for this place. */
  open(place: string, text: string): string {
    const bytes = Buffer.from(text, 'base64url');
    const body = bytes.subarray(tagBytes);
    const isOurs = bytes.length > tagBytes && bytes.toString('base64url') === text && timingSafeEqual(this.#tag(place, body), bytes.subarray(0, tagBytes));
    if (!isOurs) throw new FileSourceError('invalid-argument', 'this is not a cursor of this listing', { advice: 'Pass on the nextCursor of a page as it is, for the same folder, or none to start anew.' });
    if (body[0] === own[0]) return inflateRawSync(body.subarray(1), { maxOutputLength: mostBytes }).toString('utf8');
    const cursor = this.#store.get(body.subarray(1));
    if (cursor !== undefined) return cursor;
    throw new FileSourceError('invalid-argument', 'this cursor has expired', { advice: 'List the folder anew.' });
  }

  #sealed(place: string, body: Buffer): string {
    return Buffer.concat([this.#tag(place, body), body]).toString('base64url');
  }

  #tag(place: string, body: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(`${Buffer.byteLength(place)}\n${place}\n`).update(body).digest().subarray(0, tagBytes);
  }
}
