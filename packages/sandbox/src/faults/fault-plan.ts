import { kindOf, type FaultName, type SandboxFault } from './catalogue.ts';
import type { Exchange, FaultKind } from './fault-kind.ts';
import { seededRandom } from './seeded-random.ts';

/** A fault that struck. */
export interface Strike {
  readonly kind: FaultName;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

interface Planned {
  readonly fault: SandboxFault;
  readonly kind: FaultKind;
  readonly settings: Readonly<Record<string, unknown>>;
  seen: number;
  struck: number;
}

/** The faults of one running sandbox. They may change while it runs. */
export class FaultPlan {
  /** In the order in which they struck. */
  readonly strikes: Strike[] = [];
  #planned: Planned[] = [];
  #random: () => number;

  constructor(faults: readonly SandboxFault[] = [], seed = 1) {
    this.#random = seededRandom(seed);
    this.set(faults);
  }

  /** Takes these in place of all others; counts, and with a seed chances too, begin anew. */
  set(faults: readonly SandboxFault[], seed?: number): void {
    if (seed !== undefined) this.#random = seededRandom(seed);
    this.strikes.length = 0;
    this.#planned = faults.map((fault) => {
      const kind = kindOf(fault.kind);
      const told = fault as unknown as Readonly<Record<string, unknown>>;
      const settings = Object.fromEntries(Object.entries(kind.settings).map(([key, setting]) => [key, told[key] ?? setting.byDefault]));
      return { fault, kind, settings, seen: 0, struck: 0 };
    });
  }

  get isEmpty(): boolean {
    return this.#planned.length === 0;
  }

  /** The faults that strike this request; asking counts. */
  due(exchange: Exchange): readonly Pick<Planned, 'kind' | 'settings'>[] {
    const { request, dialect } = exchange;
    const about = new Set([...dialect.targetsOf(request), 'any' as const]);
    return this.#planned.filter((planned) => {
      const { fault, kind } = planned;
      if (!(fault.on ?? kind.on).some((target) => about.has(target))) return false;
      if (kind.fits !== undefined && !kind.fits(exchange)) return false;
      planned.seen += 1;
      const { after = 0, times = Infinity, chance = 1 } = fault;
      if (planned.seen <= after || planned.struck >= times) return false;
      if (chance < 1 && this.#random() >= chance) return false;
      planned.struck += 1;
      this.strikes.push({ kind: fault.kind, method: request.method, url: request.url });
      return true;
    });
  }
}
