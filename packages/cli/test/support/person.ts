import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { terminal, type Capture } from './capture.ts';

export type Answer = readonly [question: RegExp, keys: string];

export const enter = '\r';
export const down = '\u001B[B';
export const ctrlC = '\u0003';

export interface Person {
  readonly stdin: PassThrough & { readonly isTTY: boolean };
  readonly stderr: Capture;
  /** Questions that were not asked. */
  readonly left: readonly Answer[];
}

/** Somebody at a terminal who answers each question as it comes up, in this order. */
export function personWho(answers: readonly Answer[]): Person {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = terminal(200);
  const left = [...answers];
  let seen = '';
  stderr.onText = (text) => {
    seen += stripVTControlCharacters(text);
    const [next] = left;
    if (next === undefined || !next[0].test(seen)) return;
    left.shift();
    seen = '';
    // The prompt listens only after it was drawn.
    setImmediate(() => stdin.write(next[1]));
  };
  return { stdin, stderr, left };
}
