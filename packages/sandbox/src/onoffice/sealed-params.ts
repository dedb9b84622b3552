import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Makes and reads the `params` of a link: opaque, different each time, and of no use when one sign of it is changed. */
export class SealedParams {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = createHash('sha256').update(`links of ${secret}`).digest();
  }

  seal(content: unknown): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** `undefined` when it was not made here. */
  open(params: string): unknown {
    const bytes = Buffer.from(params, 'base64');
    if (bytes.length <= NONCE_BYTES + TAG_BYTES || bytes.toString('base64') !== params) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString()) as unknown;
    } catch {
      return undefined;
    }
  }
}
