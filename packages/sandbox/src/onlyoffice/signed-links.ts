import { createHmac, randomBytes } from 'node:crypto';

const STORAGE_MS = 3_600_000;
const STREAM_MS = 16 * 60_000;

/** Signatures of links that need no other credential, with the moment at which each runs out. */
export class SignedLinks {
  readonly issued: string[] = [];
  private readonly secret = randomBytes(32);
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Query of a presigned address in the storage, good for one hour. */
  forStorage(key: string, disposition: string, mediaType: string): string {
    const at = this.now();
    const date = new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const signature = this.issue(`${key}|${date}`);
    return new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': date,
      'X-Amz-Expires': String(STORAGE_MS / 1000),
      'response-content-type': mediaType,
      'response-content-disposition': disposition,
      'X-Amz-Signature': signature,
    }).toString();
  }

  checkStorage(key: string, query: Readonly<Record<string, string | undefined>>): 'good' | 'expired' | 'forged' {
    const date = query['X-Amz-Date'] ?? '';
    if (query['X-Amz-Signature'] !== this.sign(`${key}|${date}`)) return 'forged';
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
    const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return this.now() < at + STORAGE_MS ? 'good' : 'expired';
  }

  /** `stream_auth` of `action=stream`, good for 16 minutes. */
  forStream(fileId: string): string {
    const expires = this.now() + STREAM_MS;
    return `${expires}.${this.issue(`${fileId}|${expires}`)}`;
  }

  checkStream(fileId: string, key: string): boolean {
    const [expires = '', signature] = key.split('.');
    return signature === this.sign(`${fileId}|${expires}`) && this.now() < Number(expires);
  }

  private issue(text: string): string {
    const signature = this.sign(text);
    this.issued.push(signature);
    return signature;
  }

  private sign(text: string): string {
    return createHmac('sha256', this.secret).update(text).digest('hex');
  }
}
