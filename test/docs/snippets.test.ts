import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { pages, read, regionOf, root, snippetsOf, type Snippet } from './pages.ts';

const self = 'test/docs/snippets.test.ts';

/** What the snippets that are run here print. */
const expected: Readonly<Record<string, RegExp>> = {
  'README.md': /contacts:1237\/1757 Grundriss Obergeschoß\.pdf \d+/,
  'docs/getting-started.md': /contacts:1237\/1757 Grundriss Obergeschoß\.pdf[\s\S]*25 files in .*\.zip/,
  'docs/operations.md': /^100$[\s\S]*^\d+ files in .*\.zip$/m,
  'docs/sandbox.md': /^\[\] 0$/m,
  'adapters/onoffice/README.md': /contacts:1237\/1757 Grundriss[\s\S]*^page http:\/\/127\.0\.0\.1/m,
  'adapters/onlyoffice/README.md': /documents:[\s\S]*^\d+ files and no complaint$/m,
  'packages/transfer/README.md': /^complete: true$[\s\S]*^(\d+) of \1 files are there$/m,
  'packages/telemetry/README.md': /^contacts, appointments, documents$/m,
};

let office: OnOfficeSandbox;
let portal: OnlyOfficeSandbox;
let folder: string;
let all: readonly Snippet[];
beforeAll(async () => {
  [office, portal, folder] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox({ operationDurationMs: 50 }), mkdtemp(join(tmpdir(), 'filesource-docs-'))]);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  all = (await Promise.all((await pages()).map(snippetsOf))).flat();
});
afterAll(async () => {
  await Promise.all([office.close(), portal.close(), rm(folder, { recursive: true })]);
});

/** The page of an adapter shows a program that knows this adapter alone. */
function configFor(page: string): string {
  const account = `apiUrl: ${office.apiUrl}, token: ${office.token}, secret: ${office.secret}`;
  const onOffice = `  contacts: { provider: onoffice-address, ${account} }\n  appointments: { provider: onoffice-appointment, ${account} }\n`;
  const onlyOffice = `  documents: { provider: onlyoffice, baseUrl: ${portal.baseUrl}, apiKey: ${demoApiKeys[0].key} }\n`;
  return `sources:\n${page.startsWith('adapters/onlyoffice/') ? '' : onOffice}${page.startsWith('adapters/onoffice/') ? '' : onlyOffice}`;
}

const where = ({ page, line }: Snippet): string => `${page}:${line}`;

describe('the snippets of the documentation', () => {
  it('say where they come from, all TypeScript of them: <!-- from PATH#REGION --> or <!-- run by PATH --> in the line above', () => {
    expect(all.filter(({ language, mark }) => ['ts', 'js', 'typescript', 'javascript'].includes(language) && mark === undefined).map(where)).toEqual([]);
  });

  it('are what the file says that they are from, which is one that tests run', async () => {
    for (const snippet of all) {
      const { mark, text } = snippet;
      if (mark?.kind !== 'from') continue;
      expect({ snippet: where(snippet), isRun: mark.path.startsWith('examples/') || mark.path.endsWith('.test.ts') }).toEqual({ snippet: where(snippet), isRun: true });
      expect({ snippet: where(snippet), text }).toEqual({ snippet: where(snippet), text: await regionOf(mark.path, mark.region) });
    }
  });

  it('are run by a test that reads their page, where they say so', async () => {
    for (const snippet of all) {
      const { mark, page } = snippet;
      if (mark?.kind !== 'run by' || mark.path === self) continue;
      expect({ snippet: where(snippet), isTest: mark.path.endsWith('.test.ts'), readsPage: (await read(mark.path)).includes(page) }).toEqual({ snippet: where(snippet), isTest: true, readsPage: true });
    }
  });

  it('run as they stand, those that are run here', async () => {
    const own = all.filter(({ mark }) => mark?.path === self);
    expect([...new Set(own.map(({ page }) => page))].sort()).toEqual(Object.keys(expected).sort());
    for (const snippet of own) {
      await writeFile(join(folder, 'filesource.yaml'), configFor(snippet.page));
      await writeFile(join(folder, 'snippet.js'), snippet.text);
      // In a process of its own that does not block this one, whose servers it talks to.
      const run = await runNode(join(folder, 'snippet.js'), folder);
      expect({ snippet: where(snippet), ...run }).toEqual({ snippet: where(snippet), status: 0, stderr: '', stdout: expect.stringMatching(expected[snippet.page] ?? /./) });
    }
  });
});

async function runNode(script: string, cwd: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const status = await new Promise<number | null>((done) => {
    child.once('close', done);
  });
  return { status, stdout, stderr };
}
