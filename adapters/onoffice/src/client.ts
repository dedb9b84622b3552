import { FileSourceError, readBody, textOf, type Clock, type Ports } from '@filesource/core';
import { Batcher, type Outcome } from './batch.ts';
import { maxExpectedBytes, worthSpreadingBytes } from './capabilities.ts';
import type { AccountConfig } from './config.ts';
import { contentTextBytes } from './content-size.ts';
import { ContentBody } from './content-body.ts';
import { readContents, type DecodedContent } from './contents.ts';
import { readOutcomes, type Action, type ActionData } from './envelope.ts';
import { mayBeOneActionsFault, type AnswerFacts } from './errors.ts';
import { createExchange, parseAnswer, refuseAtOnce } from './exchange.ts';
import { readKept } from './kept-answer.ts';

/** A hundred records with names of 300 characters, all of them escaped, stay below this. */
const maxBytesPerAction = 2 * 1024 * 1024;
/** Of each action; a shorter answer is read at once. */
const leastUnreadBytes = 2048;
const mebibyte = 1024 * 1024;
const maxRequests = 4;
/** What an action weighs besides its content, and how much more than that may come for one. */
const bytesBesides = 1024;
const slackBytes = 64 * 1024;
/** Files are written and asked for one after another: so long an open waits for others while a request is on its way. */
const lingerMs = 10;

export interface ApiClient {
  readonly clock: Clock;
  /** One action; it shares a request with others of the same tick. */
  call(action: Action, signal: AbortSignal | undefined): Promise<ActionData>;
  /** The same for an answer that has to wait for its turn: it is read when that comes. What looks like a failure is read, and thrown, at once. */
  ask(action: Action, signal: AbortSignal | undefined): Promise<() => ActionData>;
  /**
   * One action for the content of a file of about `expectedBytes`; it shares a request with others.
   * - `content` of its records is an index into `contents`.
   */
  callForContent(action: Action, expectedBytes: number, signal: AbortSignal | undefined): Promise<ContentData>;
  /** One action for a content that is large, in a request of its own. */
  stream(action: Action, options: StreamOptions): Promise<StreamedContent>;
  close(): void;
}

interface ContentData extends ActionData {
  readonly contents: readonly DecodedContent[];
}

interface StreamOptions {
  /** Longest answer and longest file, in bytes: past one of them `too-large` is thrown. */
  readonly maxBytes: number;
  readonly maxContentBytes: number;
  /** Called before the first bytes are given, with what came of the answer by then; `undefined` where that says nothing. */
  readonly onContent: (data: ActionData | undefined) => void;
  /** Throws when the whole answer, of a content of so many bytes, is not what was asked for. */
  readonly check: (data: ActionData, bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** `data` is all of the answer where there is no `body`, else what of it came before the content: `undefined` where that says nothing. */
interface StreamedContent {
  readonly data: ActionData | undefined;
  readonly body: ContentBody | undefined;
}

interface CallJob {
  readonly action: Action;
  /** Nobody looks at its answer before its turn comes. */
  readonly mayWait: boolean;
}

interface ContentJob {
  readonly action: Action;
  readonly expectedBytes: number;
}

export function createApiClient(config: AccountConfig, ports: Pick<Ports, 'http' | 'clock' | 'hashing'>): ApiClient {
  const exchange = createExchange(config, ports);
  const batching = { maxJobs: config.maxActionsPerRequest, maxRequests, isSeparable: mayBeOneActionsFault, clock: ports.clock };
  const calls = new Batcher<CallJob, () => ActionData>({
    ...batching,
    send: async (jobs, signal) => {
      const { response, signed, facts } = await exchange(jobs.map(({ action }) => action), signal);
      const maxBytes = jobs.length * maxBytesPerAction;
      refuseAtOnce(response, maxBytes, facts);
      const text = textOf(await readBody(response.body, maxBytes));
      const read = (): readonly Outcome<ActionData>[] => readKept(text.startsWith('\uFEFF') ? text.slice(1) : text, (kept) => readOutcomes(parseAnswer(kept, facts), signed, facts));
      if (jobs.every(({ mayWait }) => mayWait) && looksLikeRows(text, facts, jobs.length)) return readInTurn(read, jobs.length);
      return read().map((outcome) => (outcome.status === 'done' ? { status: 'done', value: () => outcome.value } : outcome));
    },
  });
  const contents = new Batcher<ContentJob, ContentData>({
    ...batching,
    lingerMs,
    maxWeight: maxExpectedBytes,
    worthWeight: worthSpreadingBytes,
    weightOf: ({ expectedBytes }) => expectedBytes + bytesBesides,
    send: async (jobs, signal) => {
      const { response, signed, facts } = await exchange(jobs.map(({ action }) => action), signal);
      const maxBytes = mebibyte + jobs.reduce((sum, { expectedBytes }) => sum + contentTextBytes(expectedBytes) + slackBytes, 0);
      refuseAtOnce(response, maxBytes, facts);
      const read = await readContents(response.body, maxBytes);
      const outcomes = readOutcomes(parseAnswer(read.text, facts), signed, facts);
      return outcomes.map((outcome) => (outcome.status === 'done' ? { ...outcome, value: { ...outcome.value, contents: read.contents } } : outcome));
    },
  });

  const stream = async (action: Action, options: StreamOptions): Promise<StreamedContent> => {
    const { maxBytes, maxContentBytes, onContent, check, signal } = options;
    const { response, signed, facts } = await exchange([action], signal);
    refuseAtOnce(response, maxBytes, facts);
    const dataOf = (text: string): ActionData => onlyValue(readOutcomes(parseAnswer(text, facts), signed, facts));
    const body = new ContentBody(response.body, {
      maxBytes,
      maxContentBytes,
      onContent: (text) => onContent(attempt(() => dataOf(text))),
      check: (text, bytes) => {
        const data = dataOf(text);
        if (bytes !== null) check(data, bytes);
      },
    });
    const start = await body.started;
    if (!start.hasContent) return { data: dataOf(start.text), body: undefined };
    return { data: attempt(() => dataOf(start.text)), body };
  };

  return {
    clock: ports.clock,
    call: async (action, signal) => (await calls.call({ action, mayWait: false }, signal))(),
    ask: (action, signal) => calls.call({ action, mayWait: true }, signal),
    callForContent: (action, expectedBytes, signal) => contents.call({ action, expectedBytes }, signal),
    stream,
    close: () => {
      calls.close();
      contents.close();
    },
  };
}

/** Errors are short, and pages of a proxy are markup: neither may be taken for an answer by whoever counts failures. */
function looksLikeRows(text: string, { httpStatus }: AnswerFacts, actions: number): boolean {
  return httpStatus >= 200 && httpStatus <= 299 && text.length >= actions * leastUnreadBytes && !/^\s*</.test(text);
}

/**
 * The answer to each action, read with those of the others when the first one is asked for.
 * - After the last one nothing is held: what is held by what has waited itself would be taken for old by the garbage collector.
 */
function readInTurn(read: () => readonly Outcome<ActionData>[], count: number): readonly Outcome<() => ActionData>[] {
  let outcomes: readonly Outcome<ActionData>[] | undefined;
  const unread = new Set(Array.from({ length: count }, (_, index) => index));
  const valueAt = (index: number): ActionData => {
    outcomes ??= read();
    const outcome = outcomes[index];
    unread.delete(index);
    if (unread.size === 0) outcomes = undefined;
    return onlyValue(outcome === undefined ? [] : [outcome]);
  };
  return Array.from({ length: count }, (_, index) => ({ status: 'done', value: () => valueAt(index) }));
}

/** The answer to a request of one action. */
function onlyValue([outcome]: readonly Outcome<ActionData>[]): ActionData {
  if (outcome?.status === 'done') return outcome.value;
  throw outcome?.status === 'failed' ? outcome.error : new FileSourceError('vendor-protocol', 'the vendor left out the result of the call', { status: 'temporary' });
}

/** Half an answer may say nothing yet; the whole of it is looked at in the end. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

