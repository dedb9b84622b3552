import type { NodeAPI } from 'node-red';
import { entryToJson, FileSourceError, type EntryJson, type FileSource, type Page, type SourceEntry } from '@filesource/core';
import { refOf } from '../worker/refs.ts';
import type { Message } from '../worker/message.ts';
import type { Outcome } from '../worker/status.ts';
import { registerWorker, type Work, type WorkerDef } from '../worker/worker.ts';

interface ListDef extends WorkerDef {
  readonly folder?: string;
  readonly folderType?: string;
  /** `array`: one message; `pages`, `entries`: one message each, as they come. */
  readonly output?: 'array' | 'pages' | 'entries';
  /** Entries at most; empty for 100 in an array, and for no limit otherwise. */
  readonly limit?: string | number;
}

/** What one array holds at most, however high the limit: messages are held in memory and copied. */
const longestArray = 10_000;

export function registerList(RED: NodeAPI): void {
  registerWorker<ListDef>(RED, 'filesource-list', (work) => list(RED, work));
}

async function list(RED: NodeAPI, work: Work<ListDef>): Promise<Outcome> {
  const { def, msg, source } = work;
  const folder = refOf((await work.value('folder')) ?? msg.folder ?? msg.payload, source.name);
  const pages = pagesOf(source, folder, { ...limitsOf(def), cursor: msg.cursor, signal: work.signal });
  const output = def.output ?? 'array';
  const count = output === 'array' ? await sendArray(work, folder, pages) : await sendSequence(RED, work, folder, output === 'pages' ? pages : single(pages), output);
  return { complete: true, text: work.text('entries', { count }) };
}

interface PagesOptions {
  readonly limit: number;
  readonly cursor: unknown;
  readonly signal: AbortSignal;
}

function limitsOf({ output = 'array', limit = '' }: ListDef): { readonly limit: number } {
  if (limit === '') return { limit: output === 'array' ? 100 : Number.POSITIVE_INFINITY };
  const most = output === 'array' ? longestArray : Number.MAX_SAFE_INTEGER;
  const wanted = Number(limit);
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= most) return { limit: wanted };
  throw new FileSourceError('invalid-argument', `the limit is a whole number from 1 to ${most}, not ${JSON.stringify(limit)}`);
}

/** Pages, as large as they can be without going over the limit; the cursor of the last one leads on. */
async function* pagesOf(source: FileSource, folder: string, { limit, cursor, signal }: PagesOptions): AsyncGenerator<Page<SourceEntry>, void, undefined> {
  const { maxPageSize } = source.capabilities.limits;
  const pageSize = Number.isFinite(limit) ? Math.ceil(limit / Math.ceil(limit / maxPageSize)) : maxPageSize;
  let count = 0;
  for await (const page of source.list(folder, { pageSize, signal, ...(typeof cursor === 'string' && cursor !== '' ? { cursor } : {}) }).byPage()) {
    yield page;
    count += page.items.length;
    if (count + pageSize > limit) return;
  }
}

/** Each entry as a page of its own; the cursor goes with the last entry of its page. */
async function* single(pages: AsyncIterable<Page<SourceEntry>>): AsyncGenerator<Page<SourceEntry>, void, undefined> {
  for await (const { items, cursor } of pages) {
    for (const [index, item] of items.entries()) yield { items: [item], ...(cursor !== undefined && index === items.length - 1 ? { cursor } : {}) };
  }
}

async function sendArray({ msg, send, progress, text }: Work<ListDef>, folder: string, pages: AsyncIterable<Page<SourceEntry>>): Promise<number> {
  const payload: EntryJson[] = [];
  let cursor: string | undefined;
  for await (const page of pages) {
    payload.push(...page.items.map(entryToJson));
    ({ cursor } = page);
    progress(text('entries', { count: payload.length }));
  }
  send(withCursor({ ...msg, payload, folder }, cursor));
  return payload.length;
}

/** Sends each as soon as it is known whether another one follows: the last one says how many there are, for Join nodes. */
async function sendSequence(RED: NodeAPI, { msg, source, send, progress, text }: Work<ListDef>, folder: string, pages: AsyncIterable<Page<SourceEntry>>, output: 'pages' | 'entries'): Promise<number> {
  const id = RED.util.generateId();
  let [index, count] = [0, 0];
  let waiting: Page<SourceEntry> | undefined;
  const sendWaiting = (isLast: boolean): void => {
    if (waiting === undefined) return;
    const entries = waiting.items.map(entryToJson);
    // With a length above one, Join nodes put what is in the arrays together, and not the arrays.
    const parts = { id, type: 'array', len: output === 'pages' ? source.capabilities.limits.maxPageSize : 1, index, ...(isLast ? { count: index + 1 } : {}), ...(msg['parts'] === undefined ? {} : { parts: msg['parts'] }) };
    send(withCursor({ ...RED.util.cloneMessage(msg), payload: output === 'pages' ? entries : entries[0], folder, parts }, waiting.cursor));
    index += 1;
    count += entries.length;
    progress(text('entries', { count }));
  };
  for await (const page of pages) {
    sendWaiting(false);
    waiting = page;
  }
  sendWaiting(true);
  return count;
}

/** With the cursor where there is more, and without that of the message before where there is not. */
function withCursor(msg: Message, cursor: string | undefined): Message {
  const { cursor: _before, ...rest } = msg;
  return cursor === undefined ? rest : { ...rest, cursor };
}
