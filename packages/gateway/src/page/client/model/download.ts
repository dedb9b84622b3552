import type { Receipt } from '@filesource/transfer';
import { knownKind, ProblemError, problemOf, type Api } from '../api.ts';
import { operationPath } from '../paths.ts';
import type { OperationJson, Problem } from '../wire.ts';
import { Observable } from './observable.ts';

/** What is kept of a bulk download over a reload of the page. */
export interface DownloadNote {
  readonly id: string;
  readonly source: string;
  readonly folder: string;
  /** Of the folder, for people. */
  readonly name: string;
  /** How many entries were chosen; `null` for the whole folder. */
  readonly count: number | null;
}

const eventNames = ['progress', 'done', 'failed'] as const;

/** One bulk download, followed to its end. */
export class Download extends Observable {
  readonly note: DownloadNote;
  operation: OperationJson | null = null;
  receipt: Receipt | null = null;
  problem: Problem | null = null;
  /** The gateway knows it no more. */
  gone = false;
  cancelling = false;
  connection: 'waiting' | 'open' | 'broken' | 'closed' = 'waiting';
  readonly #api: Api;
  #events: EventSource | null = null;

  constructor(api: Api, note: DownloadNote) {
    super();
    this.#api = api;
    this.note = note;
  }

  get ended(): boolean {
    return this.gone || (this.operation !== null && this.operation.state !== 'running' && this.operation.state !== 'fetching');
  }

  /** The operation's events as they come, until its end or until they cannot be had any more. */
  start(): void {
    if (this.connection === 'open' || this.connection === 'broken' || this.ended) return;
    this.problem = null;
    this.connection = 'open';
    const events = new EventSource(operationPath(this.note.id, 'events'));
    this.#events = events;
    for (const name of eventNames) events.addEventListener(name, (event) => this.#take(event.data as string));
    events.addEventListener('open', () => this.#connected('open'));
    events.addEventListener('error', () => {
      if (events.readyState === EventSource.CLOSED) void this.#askWhy();
      else this.#connected('broken');
    });
    this.changed();
  }

  stop(): void {
    this.#events?.close();
    this.#events = null;
    this.connection = 'closed';
  }

  async cancel(): Promise<void> {
    this.cancelling = true;
    this.problem = null;
    this.changed();
    try {
      await this.#api.send(operationPath(this.note.id), { method: 'DELETE' });
    } catch (error) {
      this.cancelling = false;
      this.problem = problemOf(error);
      this.changed();
    }
  }

  #take(data: string): void {
    this.operation = JSON.parse(data) as OperationJson;
    if (this.ended) void this.#end();
    else this.#connected('open');
  }

  #connected(connection: 'open' | 'broken'): void {
    this.connection = connection;
    this.changed();
  }

  async #end(): Promise<void> {
    this.stop();
    this.cancelling = false;
    const { error = null, receipt = null } = this.operation ?? {};
    if (error !== null) this.problem = { kind: knownKind(error.kind), detail: error.message, ...(error.advice === null ? {} : { advice: error.advice }) };
    this.changed();
    if (receipt === null) return;
    try {
      this.receipt = await this.#api.get<Receipt>(operationPath(this.note.id, 'receipt'));
    } catch (reason) {
      this.problem = problemOf(reason);
    }
    this.changed();
  }

  /** An event stream that is refused does not say why; the operation itself does. */
  async #askWhy(): Promise<void> {
    this.stop();
    try {
      this.operation = await this.#api.get<OperationJson>(operationPath(this.note.id));
      if (this.ended) return void this.#end();
      this.problem = { kind: 'network', detail: 'The progress of the download cannot be followed at the moment.' };
    } catch (error) {
      this.gone = error instanceof ProblemError && (error.httpStatus === 404 || error.httpStatus === 410);
      this.problem = this.gone ? null : problemOf(error);
    }
    this.changed();
  }
}
