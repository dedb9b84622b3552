import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const suite = fileURLToPath(new URL('run.mjs', import.meta.url));

interface Workload {
  readonly name: string;
  readonly cannotRun?: string;
  readonly wrong: readonly string[];
  readonly states: Readonly<Record<string, { readonly title: string; readonly absent?: string; readonly failed?: string }>>;
  readonly rounds: readonly Readonly<Record<string, { readonly wallMs?: number; readonly requests?: number }>>[];
  readonly goals: readonly { readonly met: boolean | null }[];
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [suite, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Runs the suite at its smallest, without timings that anything depends on, and without installing anything. */
async function smoke(names: readonly string[], args: readonly string[] = []): Promise<{ readonly run: Run; readonly workloads: readonly Workload[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'filesource-bench-test-'));
  const json = join(folder, 'bench.json');
  const run = await bench([...names, '--smoke', '--no-install', '--json', json, ...args]);
  const { workloads } = JSON.parse(await readFile(json, 'utf8')) as { readonly workloads: readonly Workload[] };
  await rm(folder, { recursive: true });
  return { run, workloads };
}

/** Contestants of ours that did not get through; peers that are not installed are left out by the suite itself. */
function failures({ states }: Workload): readonly string[] {
  return Object.values(states).flatMap(({ title, failed }) => (failed === undefined ? [] : [`${title}: ${failed}`]));
}

/** Three contestants: one right, one that leaves other bytes, one that fails. */
const ownWorkload = `
import { createHash } from 'node:crypto';
import { checkTree } from ${JSON.stringify(new URL('lib/trees.mjs', import.meta.url).href)};
const write = (text) => ({ run: ({ place, measure }) => measure(['bash', '-c', 'printf %s "$1" > "$2/a.txt"', 'bash', text, place]) });
export const workload = {
  name: 'own', title: 'a workload of somebody else', needs: ['bash'],
  goals: [{ kind: 'most', metric: 'wallMs', limit: -1 }, { kind: 'speed', against: 'theirs', limit: 1 }],
  prepare: async () => ({ expected: new Map([['a.txt', createHash('sha256').update('right').digest('hex')]]) }),
  check: ({ stage, place }) => checkTree(place, stage.expected),
  contestants: { ours: write('right'), theirs: write('wrong'), broken: { run: ({ measure }) => measure(['bash', '-c', 'echo no more >&2; exit 3']) } },
};
`;

describe('the benchmark suite', () => {
  it.each(['large-file-http', 'small-files', 'archive-small-files', 'address-contents', 'list-folder'])('runs %s at a small size, with the right bytes', async (name) => {
    const { run, workloads } = await smoke([name]);
    const [workload] = workloads;
    if (workload === undefined) throw new Error(run.stderr);
    // Where a peer that a whole workload needs is missing, the suite says so and goes on.
    if (workload.cannotRun !== undefined) expect(workload.cannotRun).toMatch(/is not installed/);
    else expect(failures(workload)).toEqual([]);
    expect({ status: run.status, wrong: workload.wrong }).toEqual({ status: 0, wrong: [] });
    expect(run.stdout).toContain('All goals');
  });

  it('measures ours and the peer in each round, and judges the goal', async () => {
    const { workloads } = await smoke(['list-addresses'], ['--rounds', '2']);
    const [workload] = workloads;
    expect(workload?.rounds).toHaveLength(2);
    for (const round of workload?.rounds ?? []) {
      expect(round['ours']?.requests).toBe(1);
      expect(round['naive']?.requests).toBe(20);
      expect(round['naive']?.wallMs).toBeGreaterThan(0);
    }
    expect(workload?.goals.map(({ met }) => typeof met)).toEqual(['boolean', 'boolean', 'boolean', 'boolean']);
  });

  it('tells what a missing peer is, and runs the rest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'filesource-bench-test-'));
    const shells = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'bash'));
    await symlink(shells.find((path) => existsSync(path)) ?? '/bin/bash', join(folder, 'bash'));
    const { status, stdout } = await bench(['small-files', 'operation-schedule', '--smoke', '--no-install'], { PATH: folder, HOME: folder });
    expect(status).toBe(0);
    expect(stdout).toContain('cannot run: rclone is not installed (Debian: apt-get install rclone)');
    expect(stdout).toMatch(/steady: mean requests .*: yes/);
    await rm(folder, { recursive: true });
  });

  it('ends with status 1 when bytes are wrong, and only then', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'filesource-bench-test-'));
    const own = join(folder, 'own.mjs');
    await writeFile(own, ownWorkload);
    const { run, workloads } = await smoke([own]);
    expect(run.status).toBe(1);
    expect(run.stdout).toContain('WRONG BYTES: theirs: a.txt has not the bytes of the server');
    expect(workloads[0]?.goals).toMatchObject([{ met: false }, { met: null }]);
    expect(failures(workloads[0] as Workload)).toEqual(['theirs: a.txt has not the bytes of the server', 'broken: bash ended with status 3: no more']);
    await rm(folder, { recursive: true });
  });

  it('writes its tables between the marks of a page, and leaves the rest alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'filesource-bench-test-'));
    const page = join(folder, 'page.md');
    await writeFile(page, 'before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n');
    expect((await smoke(['operation-schedule'], ['--write', page])).run.status).toBe(0);
    const text = await readFile(page, 'utf8');
    expect(text).toMatch(/^before\n<!-- bench:start -->\nRun on \d{4}-\d\d-\d\d: /);
    expect(text).toMatch(/<!-- bench:end -->\nafter\n$/);
    expect(text).not.toContain('old');
    await rm(folder, { recursive: true });
  });

  it('refuses a workload that it does not have', async () => {
    const { status, stderr } = await bench(['no-such', '--smoke']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('there is no workload no-such');
  });
});
