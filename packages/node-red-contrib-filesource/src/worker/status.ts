import type { NodeAPI } from 'node-red';

/** How a message's work ended, without an error. */
export interface Outcome {
  /** False: it ended, and not all of it is there. */
  readonly complete: boolean;
  /** For the node's status. */
  readonly text: string;
}

/** A text of the `status` section in `nodes/locales`, in the server's language. */
export function statusText(RED: NodeAPI, key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(`node-red-contrib-filesource/filesource-source:status.${key}`, { ...values });
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `3.1 MiB` */
export function bytesText(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
