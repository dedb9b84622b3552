import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

export interface StoredResult {
  readonly name: string;
  /** Made when first asked for. */
  bytes(): Promise<Buffer>;
}

// One key for all sandboxes, so that a url stays the same over a restart, as an instance's does.
const KEY = createHash('sha256').update('onlyoffice sandbox').digest();
const NO_IV = Buffer.alloc(16);

/** Where results of downloads lie: by user and file name, so the next one of the same name takes the place. */
export class TempStorage {
  private readonly results = new Map<string, StoredResult>();

  put(ownerId: string, name: string, make: () => Promise<Buffer>): void {
    let made: Promise<Buffer> | undefined;
    this.results.set(`${ownerId}\\${name}`, { name, bytes: () => (made ??= make()) });
  }

  get(ownerId: string, name: string): StoredResult | undefined {
    return this.results.get(`${ownerId}\\${name}`);
  }

  /** The name as it stands in a url: the same text for the same name. */
  seal(name: string): string {
    const cipher = createCipheriv('aes-256-cbc', KEY, NO_IV);
    return Buffer.concat([cipher.update(name), cipher.final()]).toString('base64');
  }

  /** Throws on anything that `seal` did not make. */
  unseal(sealed: string): string {
    const decipher = createDecipheriv('aes-256-cbc', KEY, NO_IV);
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString();
  }
}
