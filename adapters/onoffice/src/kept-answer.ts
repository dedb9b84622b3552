import type { Outcome } from './batch.ts';
import type { ActionData } from './envelope.ts';
import type { WireRecord } from './schemas.ts';

/** Longer ones are not kept for the few records that they hold. */
const mostPerRecord = 2048;

/**
 * The text of an answer, in place of its records: they are remembered for those who open files after a listing, and mostly nobody does.
 * - One long text costs the garbage collector nothing, thousands of records cost it more than parsing them did.
 */
class KeptAnswer {
  readonly #text: string;
  readonly #read: (text: string) => readonly Outcome<ActionData>[];
  /** For the other actions of the answer, which are asked for in the same moment. */
  #last: WeakRef<readonly Outcome<ActionData>[]> | undefined;

  constructor(text: string, read: (text: string) => readonly Outcome<ActionData>[]) {
    this.#text = text;
    this.#read = read;
  }

  recordsAt(index: number): readonly WireRecord[] {
    let outcomes = this.#last?.deref();
    if (outcomes === undefined) {
      outcomes = this.#read(this.#text);
      this.#last = new WeakRef(outcomes);
    }
    const outcome = outcomes[index];
    return outcome?.status === 'done' ? outcome.value.records : [];
  }
}

/** What an answer says, each part of it with a way to read its records again where the text is fit to be kept. */
export function readKept(text: string, read: (text: string) => readonly Outcome<ActionData>[]): readonly Outcome<ActionData>[] {
  const outcomes = read(text);
  const count = outcomes.reduce((sum, outcome) => sum + (outcome.status === 'done' ? outcome.value.records.length : 0), 0);
  if (text.length > count * mostPerRecord) return outcomes;
  const kept = new KeptAnswer(text, read);
  return outcomes.map((outcome, index) => (outcome.status === 'done' ? { status: 'done', value: { ...outcome.value, again: () => kept.recordsAt(index) } } : outcome));
}
