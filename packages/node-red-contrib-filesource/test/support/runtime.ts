import type { NodeRedApp } from 'node-red';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Node's own: that of jest would run Node-RED and the built nodes inside of the test's sandbox, where `import()` is another one. */
const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);

export type FlowNode = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
interface Seen {
  readonly node: string;
  readonly msg: Readonly<Record<string, unknown>>;
}
interface SeenStatus {
  readonly node: string;
  readonly text: string;
  readonly fill: string;
}
interface NodeStatusEvent {
  readonly id: string;
  /** Not there when the node was removed. */
  readonly status?: { readonly text?: string; readonly fill?: string };
}

/** What the types of Node-RED leave out. */
interface RunningNodes {
  getNode(id: string): { receive(msg: object): void };
}

export interface Runtime {
  readonly url: string;
  readonly userDir: string;
  /** What came to any node, in the order of arrival. */
  readonly seen: Seen[];
  readonly statuses: SeenStatus[];
  /** By the admin API, as the editor does it. */
  readonly deploy: (flow: readonly FlowNode[]) => Promise<void>;
  readonly send: (node: string, msg: object) => void;
  /** The next message to a node, from now or from the last `seen.length = 0` on. */
  readonly next: (node: string) => Promise<Seen['msg']>;
  /** All messages to a node, once there are so many. */
  readonly several: (node: string, count: number) => Promise<readonly Seen['msg'][]>;
  readonly untilStatus: (node: string, matches: (status: SeenStatus) => boolean) => Promise<SeenStatus>;
  readonly close: () => Promise<void>;
}

/** A real Node-RED in this process, a fresh one each time, with the built package installed in its user directory. */
export async function startNodeRed(settings: Readonly<Record<string, unknown>> = {}): Promise<Runtime> {
  for (const path of Object.keys(require.cache)) if (/[\\/](@node-red|node-red)[\\/]/.test(path)) Reflect.deleteProperty(require.cache, path);
  const RED = require('node-red') as NodeRedApp;
  const userDir = await realpath(await mkdtemp(join(tmpdir(), 'filesource-node-red-')));
  await installPackage(userDir);
  const server = createServer((request, response) => void RED.httpAdmin(request, response));
  RED.init(server, {
    userDir,
    flowFile: 'flows.json',
    fileWorkingDirectory: userDir,
    credentialSecret: 'only for this test',
    httpAdminRoot: '/',
    httpNodeRoot: '/api',
    logging: { console: { level: 'off' } },
    telemetry: { enabled: false },
    ...settings,
  } as unknown as Parameters<NodeRedApp['init']>[1]);
  const started = once(RED.events, 'flows:started');
  await RED.start();
  await started;
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const watched = watch(RED);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    userDir,
    ...watched,
    send: (node, msg) => (RED.nodes as unknown as RunningNodes).getNode(node).receive(msg),
    deploy: async (flows) => {
      const restarted = once(RED.events, 'flows:started');
      const response = await fetch(`${url}/flows`, { method: 'POST', headers: { 'content-type': 'application/json', 'Node-RED-API-Version': 'v2' }, body: JSON.stringify({ flows }) });
      if (!response.ok) throw new Error(`the deploy failed: ${response.status} ${await response.text()}`);
      await restarted;
    },
    close: async () => {
      watched.stop();
      await RED.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(userDir, { recursive: true, force: true });
    },
  };
}

async function installPackage(userDir: string): Promise<void> {
  const name = 'node-red-contrib-filesource';
  await mkdir(join(userDir, 'node_modules'));
  await symlink(fileURLToPath(new URL('../..', import.meta.url)), join(userDir, 'node_modules', name));
  await writeFile(join(userDir, 'package.json'), JSON.stringify({ name: 'user', private: true, dependencies: { [name]: '*' } }));
}

type Watched = Pick<Runtime, 'seen' | 'statuses' | 'next' | 'several' | 'untilStatus'> & { readonly stop: () => void };

function watch(RED: NodeRedApp): Watched {
  const seen: Seen[] = [];
  const statuses: SeenStatus[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  const until = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  RED.hooks.add('onReceive.filesource', (event) => {
    seen.push({ node: event.destination.id, msg: event.msg });
    setImmediate(wake);
  });
  const onStatus = ({ id, status }: NodeStatusEvent): void => {
    statuses.push({ node: id, text: status?.text ?? '', fill: status?.fill ?? '' });
    setImmediate(wake);
  };
  RED.events.on('node-status', onStatus);
  const messagesTo = (node: string): readonly Seen['msg'][] => seen.filter((one) => one.node === node).map(({ msg }) => msg);
  return {
    seen,
    statuses,
    next: (node) => until(() => messagesTo(node)[0]),
    several: (node, count) => until(() => (messagesTo(node).length >= count ? messagesTo(node) : undefined)),
    untilStatus: (node, matches) => until(() => statuses.find((status) => status.node === node && matches(status))),
    stop: () => {
      RED.hooks.remove('*.filesource');
      RED.events.off('node-status', onStatus);
    },
  };
}
