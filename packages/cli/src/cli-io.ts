import type { AdapterDescriptor, Ports } from '@filesource/core';
import type { Readable, Writable } from 'node:stream';

export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that a run of the command line touches outside of its sources. */
export interface CliIo {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  /** For the commands that read it. */
  readonly stdin?: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the config is looked for, and what relative paths are relative to. */
  readonly cwd: string;
  /** Fires on Ctrl-C: whatever runs stops, and the run ends with 130. */
  readonly signal?: AbortSignal;
  /** In place of the vendors that come with filesource. */
  readonly adapters?: readonly AdapterDescriptor[];
  /** In place of the system's. */
  readonly ports?: Partial<Ports>;
  /** In place of the system's: free space of a directory, in blocks. */
  readonly statfs?: (directory: string) => Promise<{ readonly bavail: number; readonly bsize: number }>;
  /** In place of that of this process. */
  readonly nodeVersion?: string;
}
