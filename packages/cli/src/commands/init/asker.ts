import { confirm, input, password, select } from '@inquirer/prompts';
import { Writable, type Readable } from 'node:stream';

interface Choice {
  readonly value: string;
  readonly name: string;
}

/** Questions to a person; each throws when the person leaves. */
export interface Asker {
  select(message: string, choices: readonly Choice[], first?: string): Promise<string>;
  /** `check` says what is wrong with an answer, or nothing. */
  text(message: string, options: { readonly default?: string; readonly check?: (answer: string) => string | undefined }): Promise<string>;
  /** Shows a star for each character, and nothing else of it. */
  secret(message: string, options: { readonly isOptional: boolean }): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

export function createAsker({ input: from, output, signal }: { readonly input: Readable; readonly output: Writable; readonly signal: AbortSignal }): Asker {
  const context = {
    input: from,
    // The prompts end what they write to after each question.
    get output() {
      return new Writable({ write: (chunk: Buffer, _encoding, done) => void output.write(chunk, done) });
    },
    signal,
  };
  return {
    select: (message, choices, first) => select({ message, choices: [...choices], ...(first === undefined ? {} : { default: first }) }, context),
    text: (message, { default: initial, check = () => undefined }) =>
      input({ message, ...(initial === undefined ? {} : { default: initial }), validate: (answer) => check(answer.trim()) ?? true }, context).then((answer) => answer.trim()),
    secret: (message, { isOptional }) => password({ message, mask: '*', validate: (answer) => isOptional || answer.trim() !== '' || 'It must not be empty.' }, context).then((answer) => answer.trim()),
    confirm: (message, initial) => confirm({ message, default: initial }, context),
  };
}

/** What the prompts throw when the person presses Ctrl-C or the run is interrupted. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(error.name);
}
