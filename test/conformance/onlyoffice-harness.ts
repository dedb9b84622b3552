import type { HttpRequest } from '@filesource/core';
import { createAxiosTransport } from '@filesource/http';
import { onlyoffice } from '@filesource/onlyoffice';
import { demoApiKeys, demoIds, demoUsers, startOnlyOfficeSandbox, type HttpFault, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions } from '@filesource/sandbox';
import { plantStandardWorld, type Controls, type Harness, type KnownFile, type KnownFolder, type PlainFile, type Times } from '@filesource/testkit';
import { watchClientSockets } from './client-sockets.ts';
import { FaultyTransport, type Dialect } from './faulty-transport.ts';
import { createSourceFactory } from './source-factory.ts';

export interface OnlyOfficeHarnessOptions {
  readonly generation: 'docspace' | 'workspace';
  /** What the config says; default: `auto`. */
  readonly configured?: 'docspace' | 'workspace';
  readonly storage?: NonNullable<OnlyOfficeSandboxOptions['storage']>;
  readonly signIn: 'api-key' | 'password';
}

const bodies = /filehandler\.ashx\?.*action=(download|stream)|\/sandbox\/files/i;
const slowFactor = 32;

const dialect: Dialect = {
  asksForLaterPage: (request) => startIndexOf(request) > 0,
  atFirstPage: (request) => {
    const url = new URL(request.url);
    for (const name of startIndexNames(url)) url.searchParams.set(name, '0');
    return { ...request, url: url.href };
  },
  emptied: (answer) => {
    const { response, ...rest } = answer as { readonly response: object };
    return { ...rest, response: { ...response, files: [], folders: [], count: 0 } };
  },
  asksForBody: (request) => bodies.test(request.url),
};

/** An ONLYOFFICE portal in a sandbox, with the kit's world in a folder of its first user. */
export async function createOnlyOfficeHarness({ generation, configured, storage = 'disc', signIn }: OnlyOfficeHarnessOptions): Promise<Harness> {
  const sandbox = await startOnlyOfficeSandbox({ generation, storage, operationDurationMs: 50 });
  const { store } = sandbox;
  const [user] = demoUsers;
  const root = store.addFolder(demoIds.my, { title: 'Prüfung' });
  const sockets = watchClientSockets();
  const axios = createAxiosTransport();
  const transport = new FaultyTransport(axios, dialect);
  const credentials = signIn === 'api-key' ? { apiKey: demoApiKeys[0].key } : { userName: user.userName, password: user.password };
  const factory = createSourceFactory({
    adapter: onlyoffice,
    config: {
      provider: 'onlyoffice',
      baseUrl: sandbox.baseUrl,
      ...credentials,
      ...(configured === undefined ? {} : { generation: configured }),
      ...(sandbox.storageUrl === undefined ? {} : { allowHosts: [new URL(sandbox.storageUrl).host] }),
    },
    transport,
  });

  const addFile = (folder: string, file: PlainFile): KnownFile => {
    const { id } = store.addFile(Number(folder), { title: file.name, content: file.bytes });
    return { ...file, folder, id: String(id) };
  };
  const plant = (title: string, files: readonly PlainFile[], parent: number | string = root.id): KnownFolder => {
    const { id } = store.addFolder(parent, { title });
    return { id: String(id), name: title, files: files.map((file) => addFile(String(id), file)) };
  };
  const world = await plantStandardWorld({ plant, pageSize: 12 });
  const nested = plant('Objekt 7', [{ name: 'Lage.txt', bytes: Buffer.from('Köln-Sülz') }]);
  const inside = plant('Grundrisse', [{ name: 'Erdgeschoß.pdf', bytes: Buffer.from('%PDF') }], Number(nested.id));
  const document = world.documents.files.find(({ name }) => name.endsWith('.docx'));
  if (document === undefined) throw new Error('there is no document to convert');

  return {
    world: {
      ...world,
      nested: { ...nested, folders: [inside] },
      missingFolder: '999999',
      missingFile: { folder: world.documents.id, file: '999999' },
      elsewhere: { folder: world.full.id, file: document.id },
      forbidden: { folder: String(demoIds.privateFolder) },
      convertible: { file: { folder: document.folder, file: document.id }, ending: '.pdf' },
      invalid: ['0', '-1', '1.5', 'abc', '@nowhere', '99999999999999999999'].flatMap((id) => [{ folder: id }, { folder: world.documents.id, file: id }]),
    },
    secrets: Object.values(credentials).filter((value) => value !== user.userName),
    createSource: (settings) => factory.create(settings),
    controls: {
      plantFolder: (files) => plant(`Fall ${store.allFolders().length}`, files),
      addFile,
      removeFile: ({ file }) => store.removeFile(Number(file)),
      replaceFile: ({ file }, bytes) => store.replaceContent(Number(file), bytes),
      emptyPage: () => transport.lieAboutPages('empty'),
      ignoreCursor: () => transport.lieAboutPages('first'),
      repeatPage: () => transport.lieAboutPages('repeat'),
      ignoreRange: () => transport.ignoreRange(),
      hangCalls: (fault) => transport.hang(fault),
      ...quirkControls(sandbox),
      openConnections: () => sockets.inUse,
      requestCount: () => sandbox.requests.length,
      bytesServed: () => sockets.bytesReceived,
      loggedText: () => factory.loggedText(),
      createSourceWithWrongCredentials: () =>
        factory.createWith(signIn === 'api-key' ? { apiKey: `sk-${'0'.repeat(64)}` } : { userName: `nobody-${sandbox.requests.length}@example.test`, password: 'falsch-1234' }),
    },
    calm: () => {
      sandbox.quirks.httpStatus.length = 0;
      sandbox.quirks.transfers.length = 0;
      sandbox.quirks.slowProgress = 1;
      transport.calm();
    },
    close: async () => {
      sockets.stop();
      axios.close();
      await sandbox.close();
    },
  };
}

function quirkControls({ quirks }: OnlyOfficeSandbox): Partial<Controls> {
  const answer = (fault: Times, http: Omit<HttpFault, 'path'>, path: RegExp | string = ''): void => void quirks.httpStatus.push({ path, ...http, ...fault });
  return {
    cutBody: ({ afterBytes, ...fault }) => void quirks.transfers.push({ path: bodies, fault: { kind: 'cut', afterBytes }, ...fault }),
    stallBody: ({ afterBytes, ...fault }) => void quirks.transfers.push({ path: bodies, fault: { kind: 'stall', afterBytes }, ...fault }),
    errorPage: (fault) => answer(fault, { status: 200, body: 'html' }, bodies),
    rateLimit: ({ retryAfterMs, ...fault }) => answer(fault, { status: 429, retryAfter: retryAfterMs / 1000 }),
    failCalls: (fault) => answer(fault, { status: 503, body: 'html' }),
    dropCalls: (fault) => answer(fault, { status: 0 }),
    garbleAnswers: (fault) => answer(fault, { status: 200, body: 'half-json' }),
    slowArchives: () => void (quirks.slowProgress = slowFactor),
  };
}

function startIndexNames(url: URL): readonly string[] {
  return [...url.searchParams.keys()].filter((name) => name.toLowerCase() === 'startindex');
}

function startIndexOf(request: HttpRequest): number {
  const url = new URL(request.url);
  return Number(startIndexNames(url).map((name) => url.searchParams.get(name))[0] ?? 0);
}
