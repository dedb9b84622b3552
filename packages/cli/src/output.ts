import { styleText } from 'node:util';
import type { TerminalStream } from './cli-io.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Thrown by a write when the reader has gone away: it has what it wanted, and the command ends quietly. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** Thrown by a write that failed for any other reason, such as a full disk. */
export class OutputFailed extends Error {
  override readonly name = 'OutputFailed';
}

const linesAtOnce = 256;

/** One stream of the terminal or pipe: writes with back-pressure, and colours only where a terminal shows them. */
export class Output {
  readonly stream: TerminalStream;
  readonly isTerminal: boolean;
  readonly hasColors: boolean;
  #failure: Error | undefined;

  constructor(stream: TerminalStream, env: Readonly<Record<string, string | undefined>>) {
    this.stream = stream;
    this.isTerminal = stream.isTTY === true;
    this.hasColors = this.isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' ? new OutputClosed() : new OutputFailed(error.code ?? error.message);
    });
  }

  get columns(): number {
    return this.stream.columns ?? 80;
  }

  /** False once nobody reads any more. */
  get isOpen(): boolean {
    return this.#failure === undefined && !this.stream.destroyed;
  }

  style(style: Style, text: string): string {
    return this.hasColors ? styleText(style, text, { validateStream: false }) : text;
  }

  /**
   * Resolves when more can be written.
   * - Throws {@link OutputClosed} when the reader has gone away.
   */
  async write(data: string | Uint8Array): Promise<void> {
    this.#check();
    if (!this.stream.write(data)) await this.#drained();
    this.#check();
  }

  async line(text = ''): Promise<void> {
    await this.write(`${text}\n`);
  }

  /** A line of a command that goes on without a reader, since its end is a verdict. Throws {@link OutputFailed}. */
  async lineIfRead(text = ''): Promise<void> {
    await this.line(text).catch((error: unknown) => {
      if (!(error instanceof OutputClosed)) throw error;
    });
  }

  /** Any number of lines; a write to the system for each would take longer than making it. */
  async lines(lines: readonly string[]): Promise<void> {
    for (let start = 0; start < lines.length; start += linesAtOnce) await this.write(`${lines.slice(start, start + linesAtOnce).join('\n')}\n`);
  }

  /** For what is told on the side: a reader that has gone away does not end the work. */
  tell(text: string): void {
    if (this.isOpen) this.stream.write(`${text}\n`);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.stream.destroyed) throw new OutputClosed();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'error', 'close']) this.stream.off(event, done);
        resolve();
      };
      for (const event of ['drain', 'error', 'close']) this.stream.once(event, done);
    });
  }
}
