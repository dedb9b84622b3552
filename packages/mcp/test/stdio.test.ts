import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bin, startWorld, type World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } } };
const listing = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'list_folder', arguments: { folder: 'contacts:1237' } } };

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: string[];
  readonly stderr: () => string;
  readonly status: Promise<number | null>;
  say(message: unknown): void;
  /** Resolves with the answer of this id. */
  answer(id: number): Promise<{ readonly result: Record<string, unknown> }>;
}

function run(args: readonly string[] = []): Running {
  const child = spawn(process.execPath, [bin, ...args, 'mcp'], { cwd: world.directory, env: { ...world.env } });
  const lines: string[] = [];
  let stderr = '';
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const find = (id: number): string | undefined => lines.find((line) => (JSON.parse(line) as { id?: number }).id === id);
  return {
    child,
    lines,
    stderr: () => stderr,
    status: once(child, 'close').then(([status]) => status as number | null),
    say: (message) => void child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`),
    answer: async (id) => {
      while (find(id) === undefined) await once(reader, 'line');
      return JSON.parse(find(id) ?? '') as { result: Record<string, unknown> };
    },
  };
}

test('writes nothing but the protocol to standard output, and its log to standard error', async () => {
  const { say, answer, child, status, lines, stderr } = run(['--verbose']);
  say(initialize);
  say({ jsonrpc: '2.0', method: 'notifications/initialized' });
  say(listing);
  await answer(2);
  child.stdin.end();
  expect(await status).toBe(0);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  expect(stderr()).toContain('"event"');
  for (const secret of world.secrets) expect(lines.join('\n') + stderr()).not.toContain(secret);
});

test('answers what was asked before the client closed its side, and ends with 0', async () => {
  const { say, child, status, lines } = run();
  say(initialize);
  say(listing);
  child.stdin.end();
  expect(await status).toBe(0);
  expect(lines.map((line) => (JSON.parse(line) as { id: number }).id).sort()).toEqual([1, 2]);
});

test('goes on after lines that are no messages, and shows nothing of them', async () => {
  const { say, answer, child, status, stderr } = run();
  say('{"password":"hunter2"');
  say('[]');
  say(initialize);
  await answer(1);
  child.stdin.end();
  expect(await status).toBe(0);
  expect(stderr()).toContain('a message could not be handled');
  expect(stderr()).not.toContain('hunter2');
});

test('ends with 0 on SIGTERM while a call is being answered, and closes the vendor\'s socket', async () => {
  world.onOffice.faults.set([{ kind: 'delay', ms: 60_000, on: ['list'] }]);
  const { say, answer, child, status } = run();
  say(initialize);
  await answer(1);
  say(listing);
  while (world.onOffice.faults.strikes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  expect(await status).toBe(0);
  while (world.onOffice.openConnections > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

test('ends with 0 on SIGTERM also when its client does not read what it was answered', async () => {
  world.onOffice.faults.set([{ kind: 'delay', ms: 60_000, on: ['list'] }]);
  const { say, child } = run();
  child.stdout.pause();
  const exited = once(child, 'exit');
  say(initialize);
  // More than a pipe holds.
  for (let id = 10; id < 210; id += 1) say({ jsonrpc: '2.0', id, method: 'tools/list' });
  say(listing);
  while (world.onOffice.faults.strikes.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
  child.stdout.destroy();
});

test('a client that vanishes ends it', async () => {
  world.onOffice.faults.set([{ kind: 'delay', ms: 60_000, on: ['list'] }]);
  const { say, answer, child, status } = run();
  say(initialize);
  await answer(1);
  say(listing);
  child.stdin.destroy();
  child.stdout.destroy();
  expect(await status).toBe(0);
});

test('options of HTTP without --http are bad usage', async () => {
  const child = spawn(process.execPath, [bin, 'mcp', '--port', '8765'], { cwd: world.directory, env: { ...world.env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const [status] = (await once(child, 'close')) as [number];
  expect([status, stderr]).toEqual([2, expect.stringContaining('Add --http')]);
});
