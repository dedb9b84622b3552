import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configText, jsonLines, runCli, startWorld, type World } from './harness.ts';

let world: World;
const elsewhere: string[] = [];
afterEach(async () => {
  await world.close();
  await Promise.all(elsewhere.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
});

/** Another machine: another directory with the same config. */
async function anotherPlace(generation: 'docspace' | 'workspace'): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'filesource-elsewhere-'));
  elsewhere.push(directory);
  await writeFile(join(directory, 'filesource.yaml'), configText({ apiUrl: world.onOffice.apiUrl, baseUrl: world.onlyOffice.baseUrl, generation }));
  return directory;
}

describe.each(['docspace', 'workspace'] as const)('the vendor\'s job outlives the process: %s', (generation) => {
  test('one process starts it, a second looks, a third fetches and proves it in another place', async () => {
    world = await startWorld({ generation });
    world.onlyOffice.operations.hold();
    const started = await world.run(['archive', 'documents:101', '--detach']);
    expect([started.status, started.stdout]).toEqual([0, expect.stringMatching(/^fsop_[\w-]+\n$/)]);
    const token = started.stdout.trim();
    const cwd = await anotherPlace(generation);
    const looked = await runCli(['operation', 'status', token, '--json'], { cwd, env: world.env });
    expect(jsonLines(looked.stdout)).toEqual([expect.objectContaining({ source: 'documents', status: 'running', token })]);
    const fetched = await runCli(['operation', 'attach', token, '--to', 'contracts.zip', '--receipt', 'receipt.json', '--json'], {
      cwd,
      env: world.env,
      onStdout: (text) => void (text.includes('operation-progress') && world.onlyOffice.operations.release()),
    });
    expect([fetched.status, fetched.stderr]).toEqual([0, '']);
    const events = jsonLines(fetched.stdout);
    expect(events.at(-1)).toMatchObject({ type: 'receipt', complete: true, format: 'zip' });
    expect(events.map(({ type }) => type)).toContain('operation-progress');
    expect(JSON.parse(await readFile(join(cwd, 'receipt.json'), 'utf8'))).toMatchObject({ complete: true });
    expect((await readFile(join(cwd, 'contracts.zip'))).subarray(0, 2).toString()).toBe('PK');
    expect(world.onlyOffice.requests.filter(({ url }) => url.includes('/bulkdownload'))).toHaveLength(1);
    for (const secret of world.secrets) expect(started.stdout + looked.stdout + fetched.stdout).not.toContain(secret);
  });

  test('an attach that is killed leaves it alone, and the next one goes on', async () => {
    world = await startWorld({ generation });
    world.onlyOffice.operations.hold();
    const token = (await world.run(['archive', 'documents:101', '--detach'])).stdout.trim();
    const killed = await world.run(['operation', 'attach', token, '--to', 'x.zip'], { onStderr: (text, child) => void (text.includes('packing') && child.kill('SIGKILL')) });
    expect(killed.status).toBeNull();
    world.onlyOffice.operations.release();
    const again = await world.run(['operation', 'attach', token, '--to', 'x.zip']);
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('archive: complete: ')]);
  });

  test('a token of a config with another user is refused, and nothing is sent', async () => {
    world = await startWorld({ generation });
    const token = (await world.run(['archive', 'documents:101', '--detach'])).stdout.trim();
    const other = configText({ apiUrl: world.onOffice.apiUrl, baseUrl: world.onlyOffice.baseUrl.replace('127.0.0.1', 'localhost'), generation });
    const config = await world.writeConfig('other.yaml', other);
    const before = world.onlyOffice.requests.length;
    const refused = await world.run(['operation', 'status', token, '--config', config, '--json']);
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { kind: 'invalid-argument', source: 'documents', message: expect.stringContaining('another account') } });
    expect(world.onlyOffice.requests).toHaveLength(before);
  });
});
