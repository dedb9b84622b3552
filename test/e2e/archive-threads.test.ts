import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jsonLines, startWorld, type CliResult, type World } from './harness.ts';

const count = 900;
const titleOf = (index: number): string => `file ${String(index).padStart(3, '0')}.txt`;
const contentOf = (index: number): string => `content of ${titleOf(index)}\n`.repeat(40);

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = String(world.onlyOffice.store.addFolder(101, { title: 'Many', files: Array.from({ length: count }, (_, index) => ({ title: titleOf(index), content: contentOf(index) })) }).id);
  // Has two processors also where there is one, counts what threads answer, and dies at one of the answers.
  await writeFile(
    world.path('watch.cjs'),
    `require('node:os').availableParallelism = () => 2;
const threads = require('node:worker_threads');
let answers = 0;
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args);
    this.on('message', () => {
      answers += 1;
      if (answers === Number(process.env.DIE_AT)) process.kill(process.pid, 'SIGKILL');
    });
  }
};
require('node:module').syncBuiltinESMExports();
process.on('exit', () => require('node:fs').writeFileSync('answers', String(answers)));
`,
  );
});
afterAll(() => world.close());

function extract(target: string, dieAt?: number): Promise<CliResult> {
  return world.run(['archive', `documents:${folder}`, '--extract', target, '--json'], { env: { NODE_OPTIONS: `--require ${world.path('watch.cjs')}`, ...(dieAt === undefined ? {} : { DIE_AT: String(dieAt) }) } });
}

async function expectWhole(target: string, { status, stdout, stderr }: CliResult): Promise<void> {
  expect([status, stderr]).toEqual([0, '']);
  expect(jsonLines(stdout).find((event) => event['type'] === 'done')).toMatchObject({ complete: true, totals: { files: count, ok: count } });
  expect((await readdir(world.path(target))).sort()).toEqual(Array.from({ length: count }, (_, index) => titleOf(index)));
  for (const index of [0, 450, 899]) expect(await readFile(world.path(target, titleOf(index)), 'utf8')).toBe(contentOf(index));
}

describe('the built command line unpacks an archive of many files', () => {
  test('on threads', async () => {
    await expectWhole('whole', await extract('whole'));
    expect(Number(await readFile(world.path('answers'), 'utf8'))).toBeGreaterThan(1);
  });

  test('and when it is killed half-way, nothing stands there under its name, and the next run leaves nothing but the files', async () => {
    const killed = await extract('killed', 2);
    expect(killed.status).toBe(null);
    expect((await readdir(world.path('killed'))).filter((name) => !name.startsWith('.filesource-'))).toEqual([]);
    await expectWhole('killed', await extract('killed'));
  });
});
