import type { Agent, ClientRequest, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { inTwoTurns } from './download/in-two-turns.ts';

/** What Node's request calls for a connection; not in its types. */
interface Adding {
  addRequest(request: ClientRequest, options: RequestOptions): void;
}

interface Waiting {
  readonly request: ClientRequest;
  readonly options: RequestOptions;
  readonly origin: string;
}

/**
 * Makes an agent close connections at rest on which bytes come that nobody asked for.
 * - So that they are seen, a request that follows an answer at once gets its connection when that was read once more: else what came behind
 *   the answer would be taken for the next one, and with it every answer after that.
 * - Returns what has to be called before the agent is destroyed: requests that still wait would make connections which nobody closes.
 */
export function heedRest(agent: Agent): () => void {
  const settling = new Set<Duplex>();
  const waiting = new Set<Waiting>();
  const [keep, reuse] = [agent.keepSocketAlive.bind(agent), agent.reuseSocket.bind(agent)];
  agent.keepSocketAlive = (socket) => {
    // Node's types know nothing of what it answers.
    const isKept = keep(socket) as unknown;
    if (isKept !== true) return isKept as void;
    socket.on('data', closeIt);
    settling.add(socket);
    inTwoTurns(() => settling.delete(socket));
    return isKept as unknown as void;
  };
  agent.reuseSocket = (socket, request) => {
    socket.off('data', closeIt);
    reuse(socket, request);
  };
  const adding = agent as Agent & Adding;
  const add = adding.addRequest.bind(agent);
  /** The one that waits longest: whoever comes right after an answer would else always take its connection, and one without would wait for ever. */
  const addOldest = (origin: string): void => {
    for (const oldest of waiting) {
      if (oldest.origin !== origin) continue;
      if (putSettledLast(agent, origin, settling)) {
        inTwoTurns(() => addOldest(origin));
        return;
      }
      waiting.delete(oldest);
      add(oldest.request, oldest.options);
      return;
    }
  };
  adding.addRequest = (request, options) => {
    const origin = originOf(options);
    if (!putSettledLast(agent, origin, settling)) {
      add(request, options);
      return;
    }
    waiting.add({ request, options, origin });
    inTwoTurns(() => addOldest(origin));
  };
  return () => {
    settling.clear();
    for (const one of waiting) add(one.request, one.options);
    waiting.clear();
  };
}

/** What the agent's names of connections begin with. */
function originOf({ host, port }: RequestOptions): string {
  return `${host}:${port}:`;
}

/** The agent takes the last one. True where that is none that may be used already. */
function putSettledLast(agent: Agent, origin: string, settling: ReadonlySet<Duplex>): boolean {
  if (settling.size === 0) return false;
  let isTooEarly = false;
  for (const [name, sockets] of Object.entries(agent.freeSockets)) {
    if (!name.startsWith(origin)) continue;
    sockets?.sort((one, other) => Number(settling.has(other)) - Number(settling.has(one)));
    const last = sockets?.at(-1);
    isTooEarly ||= last !== undefined && settling.has(last);
  }
  return isTooEarly;
}

/** Its `close` comes a turn later: by then the agent might have given it to a request, which would fail. */
function closeIt(this: Socket): void {
  this.destroy();
  this.emit('agentRemove');
}
