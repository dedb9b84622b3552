/** The connection ended before an answer came, by the code that Node gives it. */
export class NoAnswer extends Error {
  readonly code: string;

  constructor(cause?: Error) {
    super('the connection ended before an answer came', { cause });
    const { code } = (cause ?? {}) as NodeJS.ErrnoException;
    this.code = code ?? 'ECONNRESET';
  }
}
