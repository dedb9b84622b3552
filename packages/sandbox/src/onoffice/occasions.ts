import type { Occasion } from '../faults/index.ts';

/** `true` always, `false` never, an object sometimes. Assigning a new object starts the count again. */
export type Switch = boolean | Occasion;

/** A quirk with details of its own; `false` is off. */
export type Fault<Details> = false | (Details & Occasion);

/** Counts, for one running sandbox, how often each quirk could have shown. */
export class Occasions {
  readonly #counted = new Map<string, { readonly quirk: Occasion; count: number }>();

  /** Whether the quirk shows this time; asking counts. */
  due(name: string, quirk: Switch): boolean {
    if (typeof quirk === 'boolean') return quirk;
    const known = this.#counted.get(name);
    const counter = known?.quirk === quirk ? known : { quirk, count: 0 };
    this.#counted.set(name, counter);
    counter.count += 1;
    const { after = 0, times = Infinity } = quirk;
    return counter.count > after && counter.count <= after + times;
  }
}
