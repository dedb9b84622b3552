import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoIds } from '@filesource/sandbox';
import { startWorld, type CliResult, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const refs = ['contacts:1237', 'appointments:247', 'documents:@my'];

function pull(target: string, onFirstFile?: (kill: () => void) => void): Promise<CliResult> {
  let isTold = false;
  return world.run(['pull', ...refs, '--to', target, '--json'], {
    onStart: (child) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        if (isTold || !chunk.toString('utf8').includes('file-started')) return;
        isTold = true;
        onFirstFile?.(() => void child.kill('SIGKILL'));
      });
    },
  });
}

describe('a process that is killed', () => {
  test('is followed by one that ends as if nothing had been, whenever that was', async () => {
    const bench = fileURLToPath(new URL('../bench/kills.mjs', import.meta.url));
    const child = spawn(process.execPath, [bench, '--small', '--runs', '4', '--seed', '5'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const status = await new Promise((resolve) => {
      child.once('close', resolve);
    });
    const summary = stdout === '' ? { stderr } : (JSON.parse(stdout) as { readonly kills: number; readonly resumes: number });
    expect({ status, ...summary }).toMatchObject({ status: 0, files: 56, faults: [] });
    expect(summary).toMatchObject({ identical: 'resumes' in summary ? summary.resumes : -1 });
  });

  test('leaves a lock that stands in nobody\'s way, while that of a living one does', async () => {
    const target = world.path('locked');
    let second: Promise<CliResult> | undefined;
    const first = await pull(target, (kill) => {
      // What the second one says is known only once the first one is gone; its lock is the same all the time.
      second = pull(target).finally(kill);
    });
    const refused = await second;
    if (first.status === null) {
      expect(refused).toMatchObject({ status: 1 });
      expect(refused?.stderr).toContain('another transfer writes to');
      expect(await readdir(target)).toContain('.filesource-lock');
    }
    const third = await pull(target);
    expect({ status: third.status, stderr: third.stderr }).toEqual({ status: 0, stderr: '' });
    expect((await readdir(target)).sort()).toEqual(['appointments', 'contacts', 'documents']);
  });

  test('in the middle of an archive is followed by one that fetches only what has no place yet, and leaves nothing of it', async () => {
    const target = world.path('archived');
    const { id } = world.onlyOffice.store.addFolder(demoIds.my, { title: 'Belege' });
    for (let index = 0; index < 400; index += 1) world.onlyOffice.store.addFile(id, { title: `Beleg ${index}.txt`, content: Buffer.from(`Nr. ${index} `.repeat(50)) });
    const args = ['pull', `documents:${id}`, '--to', target, '--by', 'archive', '--json'];
    const first = await world.run(args, {
      onStart: (child) => {
        child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.toString('utf8').includes('file-done')) child.kill('SIGKILL');
        });
      },
    });
    const before = world.onlyOffice.requests.length;
    const second = await world.run(args);
    expect({ status: second.status, stderr: second.stderr }).toEqual({ status: 0, stderr: '' });
    expect((await readdir(target)).sort()).toEqual(['documents']);
    expect(await readdir(world.path('archived', 'documents', String(id)))).toHaveLength(400);
    const asked = world.onlyOffice.requests.slice(before);
    const [start] = asked.filter(({ url }) => url.includes('bulkdownload'));
    expect(asked.filter(({ url }) => url.includes('action=download'))).toEqual([]);
    if (first.status === null) expect((start?.body as { readonly fileIds: readonly string[] } | undefined)?.fileIds.length ?? 0).toBeLessThan(400);
  });

  test('whose journal was damaged is followed by one that trusts nothing of it', async () => {
    const target = world.path('damaged');
    await pull(target, (kill) => kill());
    await writeFile(world.path('damaged', '.filesource-journal'), Buffer.alloc(500, 'not a record\n'));
    expect((await pull(target)).status).toBe(0);
    expect((await readFile(world.path('damaged', '.filesource-journal-damaged'))).length).toBe(500);
  });
});
