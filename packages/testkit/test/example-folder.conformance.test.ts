import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileSource, createLimiter } from '@filesource/core';
import { createTestPorts, plantStandardWorld, type Harness, type KnownFolder, type PlainFile } from '@filesource/testkit';
import { describeFileSource } from '@filesource/testkit/jest';
import { folderOnDisk } from './example-folder-adapter.ts';

/** What a disk can call a file; slashes it cannot, and a backslash is refused by the adapter. */
const diskNames = ['a:c*?.txt', 'CON', 'Rechnung\u202Efdp.exe', '100%41.txt', 'Frage?x=1#oben.txt', '<script>alert(1)<|script>.txt', '.htaccess', '😀 Foto.jpg', 'u\u0308ber zerlegt.txt', `${'lang'.repeat(50)}.txt`, '...'];

async function setup(): Promise<Harness> {
  const directory = await mkdtemp(join(tmpdir(), 'filesource-example-'));
  let planted = 0;
  // #region plant
  const plant = async (name: string, files: readonly PlainFile[], within = '.'): Promise<KnownFolder> => {
    const id = within === '.' ? name : `${within}|${name}`;
    const path = join(directory, ...id.split('|'));
    await mkdir(path);
    for (const file of files) await writeFile(join(path, file.name), file.bytes);
    return { id, name, files: files.map((file) => ({ ...file, folder: id, id: file.name })) };
  };
  const world = await plantStandardWorld({ plant, twins: false, hostileNames: diskNames });
  // #endregion
  const nested = await plant('Objekt 7', [{ name: 'Lage.txt', bytes: Buffer.from('Köln-Sülz') }]);
  const inside = await plant('Grundrisse', [{ name: 'Erdgeschoß.pdf', bytes: Buffer.from('%PDF') }], nested.id);
  const ports = createTestPorts();
  const provider = folderOnDisk.providers['folder-on-disk'];
  if (provider === undefined) throw new Error('the adapter has no provider of its name');
  const config = provider.configSchema.parse({ directory });

  return {
    world: {
      ...world,
      nested: { ...nested, folders: [inside] },
      missingFolder: 'Gibt es nicht',
      missingFile: { folder: world.documents.id, file: 'gibt es nicht.txt' },
      elsewhere: { folder: world.full.id, file: world.documents.files[0]?.id ?? '' },
      invalid: [{ folder: '..' }, { folder: world.documents.id, file: '../x' }, { folder: `${world.documents.id}|..|..` }, { folder: '.', file: world.documents.id }],
    },
    // #region create-source
    createSource: ({ timeoutMs, maxAttempts } = {}) => {
      const adapter = provider.create(config, { name: 'disk', ports });
      return createFileSource({
        name: 'disk',
        provider: 'folder-on-disk',
        adapter,
        ports,
        limiter: createLimiter(adapter.capabilities.limits.maxConcurrency),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(maxAttempts === undefined ? {} : { retry: { maxAttempts } }),
      });
    },
    // #endregion
    // #region controls
    controls: {
      plantFolder: (files) => plant(`Fall ${(planted += 1)}`, files),
      addFile: async (folder, file) => {
        await writeFile(join(directory, folder, file.name), file.bytes);
        return { ...file, folder, id: file.name };
      },
      removeFile: ({ folder, file }) => rm(join(directory, folder, file)),
      replaceFile: ({ folder, file }, bytes) => writeFile(join(directory, folder, file), bytes),
      loggedText: () => JSON.stringify(ports.logged),
    },
    // #endregion
    close: async () => {
      if ((await stat(directory)).isDirectory()) await chmod(directory, 0o700);
      await rm(directory, { recursive: true });
    },
  };
}

// #region run
describeFileSource('the example: a folder on disk', {
  expected: {
    list: 'native',
    stat: 'native',
    open: 'native',
    openRange: 'native',
    linkFile: 'unsupported',
    linkFolder: 'unsupported',
    archive: 'emulated',
    archiveConvert: 'unsupported',
    archiveCancel: 'emulated',
    archiveAttach: 'unsupported',
    openInMemory: false,
    limits: { maxPageSize: 100 },
  },
  without: [
    'twins',
    'forbidden',
    'tooLarge',
    'requestCount',
    'openConnections',
    'bytesServed',
    'emptyPage',
    'ignoreCursor',
    'repeatPage',
    'cutBody',
    'stallBody',
    'ignoreRange',
    'errorPage',
    'expireLinks',
    'rateLimit',
    'failCalls',
    'dropCalls',
    'hangCalls',
    'garbleAnswers',
    'createSourceWithWrongCredentials',
  ],
  setup,
});
// #endregion
