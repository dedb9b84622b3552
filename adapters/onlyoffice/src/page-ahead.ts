import { mostPagesAhead, type Clock, type PageAhead } from '@filesource/core';
import type { ApiResult } from './client.ts';
import type { ContentsDto } from './schemas.ts';

/** What came longer ago is not believed: the folder may be another one by now. */
const freshMs = 30_000;

/** An answer that was asked for before the listing came to it. */
export class AnswerAhead {
  readonly #start: number;
  readonly #count: number;
  readonly #atMs: number;
  readonly #answer: ApiResult<ContentsDto>;

  constructor(asked: { readonly start: number; readonly count: number; readonly atMs: number }, answer: ApiResult<ContentsDto>) {
    this.#start = asked.start;
    this.#count = asked.count;
    this.#atMs = asked.atMs;
    this.#answer = answer;
  }

  /** The answer, where it is the one to this question and of this moment. */
  answerTo(start: number, count: number, clock: Clock): ApiResult<ContentsDto> | undefined {
    const ageMs = clock.now() - this.#atMs;
    const isFresh = ageMs >= 0 && ageMs <= freshMs;
    return isFresh && this.#start === start && this.#count === count ? this.#answer : undefined;
  }
}

export interface AheadOptions {
  readonly start: number;
  /** Entries on a page, as the last one had them: a portal may send fewer than it is asked for. */
  readonly step: number;
  readonly count: number;
  readonly total: number;
  readonly clock: Clock;
  readonly fetch: (start: number, signal: AbortSignal | undefined) => Promise<ApiResult<ContentsDto>>;
}

/** The pages from `start` on, as they will be if the folder stays as it is. */
export function pagesFrom({ start, step, count, total, clock, fetch }: AheadOptions): PageAhead[] {
  const pages: PageAhead[] = [];
  for (let at = start; at < total && pages.length <= mostPagesAhead; at += step) {
    pages.push({ at: String(at), fetch: async ({ signal }) => new AnswerAhead({ start: at, count, atMs: clock.now() }, await fetch(at, signal)) });
  }
  return pages;
}
