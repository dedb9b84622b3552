import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { setMaxListeners } from 'node:events';
import { FileSourceError, toFileSourceError } from '@filesource/core';
import type { SourceNode } from '../nodes/source-node.ts';
import type { OpenSource } from '../source/open-source.ts';
import type { Message } from './message.ts';
import { nodeError } from './node-error.ts';
import { statusText, type Outcome } from './status.ts';
import { valueOf } from './value-of.ts';

export interface WorkerDef extends NodeDef {
  /** The id of the config node. */
  readonly source?: string;
}

/** The work of one message. */
export interface Work<Def extends WorkerDef> extends OpenSource {
  readonly def: Def;
  readonly msg: Message;
  /** Fires when a message cancels, and when the node is closed. */
  readonly signal: AbortSignal;
  /** What the typed input of that name gives; `undefined` where it was left empty. */
  readonly value: (name: keyof Def & string) => Promise<unknown>;
  /** One message for each output. */
  readonly send: (...messages: (NodeMessage | null)[]) => void;
  /** Shows how far it is. */
  readonly progress: (text: string) => void;
  /** A text in the server's language. */
  readonly text: (key: string, values?: Readonly<Record<string, string | number>>) => string;
}

/**
 * Registers a node that does one thing for each message.
 * - Errors go to Catch nodes, by `done`; a message with `cancel: true`, a close and a redeploy abort what runs.
 */
export function registerWorker<Def extends WorkerDef>(RED: NodeAPI, type: string, run: (work: Work<Def>) => Promise<Outcome>): void {
  function WorkerNode(this: Node, def: Def): void {
    RED.nodes.createNode(this, def);
    const worker = new Worker(RED, this, def, run);
    this.on('input', (msg, send, done) => worker.receive(msg, send, done));
    this.on('close', (done: () => void) => void worker.close().finally(done));
  }
  RED.nodes.registerType<Node, Def, object, object>(type, WorkerNode);
}

class Worker<Def extends WorkerDef> {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #def: Def;
  readonly #run: (work: Work<Def>) => Promise<Outcome>;
  readonly #running = new Map<AbortController, Promise<void>>();
  #isClosed = false;

  constructor(RED: NodeAPI, node: Node, def: Def, run: (work: Work<Def>) => Promise<Outcome>) {
    this.#RED = RED;
    this.#node = node;
    this.#def = def;
    this.#run = run;
  }

  receive(msg: Message, send: (msg: (NodeMessage | null)[]) => void, done: (error?: Error) => void): void {
    if (msg.cancel === true) {
      this.#abort('cancelled by a message with msg.cancel');
      done();
      return;
    }
    const stop = new AbortController();
    // Every call in flight listens; Node warns from the eleventh on.
    setMaxListeners(0, stop.signal);
    this.#running.set(stop, this.#work(stop, msg, send, done));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const last = [...this.#running.values()];
    this.#abort('the node was closed, as a deploy does');
    await Promise.allSettled(last);
  }

  #abort(why: string): void {
    for (const stop of this.#running.keys()) stop.abort(new FileSourceError('aborted', why));
  }

  async #work(stop: AbortController, msg: Message, send: (msg: (NodeMessage | null)[]) => void, done: (error?: Error) => void): Promise<void> {
    try {
      this.#show({ fill: 'blue', shape: 'ring', text: this.#text('running') });
      const outcome = await this.#run({
        ...(await this.#open()),
        def: this.#def,
        msg,
        signal: stop.signal,
        value: (name) => valueOf(this.#RED, this.#node, this.#def, name, msg),
        send: (...messages) => {
          if (!stop.signal.aborted) send(messages);
        },
        progress: (text) => this.#show({ fill: 'blue', shape: 'dot', text }),
        text: (key, values) => this.#text(key, values),
      });
      this.#end(stop, { fill: outcome.complete ? 'green' : 'yellow', shape: 'dot', text: outcome.text });
      done();
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      const isCancelled = error.kind === 'aborted';
      this.#end(stop, { fill: isCancelled ? 'grey' : 'red', shape: 'ring', text: isCancelled ? this.#text('cancelled') : error.kind });
      // Nobody listens any more: the flow that the message was in is gone.
      if (!this.#isClosed) done(nodeError(error));
    }
  }

  async #open(): Promise<OpenSource> {
    const source = this.#RED.nodes.getNode(this.#def.source ?? '') as SourceNode | null;
    if (source !== null && 'open' in source) return source.open();
    throw new FileSourceError('config-invalid', 'no source is chosen', { advice: 'Open the node and choose one, or add one.' });
  }

  #end(stop: AbortController, status: Parameters<Node['status']>[0]): void {
    this.#running.delete(stop);
    this.#show(this.#running.size === 0 ? status : { fill: 'blue', shape: 'dot', text: this.#text('others', { count: this.#running.size }) });
  }

  #show(status: Parameters<Node['status']>[0]): void {
    if (!this.#isClosed) this.#node.status(status);
  }

  #text(key: string, values: Readonly<Record<string, string | number>> = {}): string {
    return statusText(this.#RED, key, values);
  }
}
