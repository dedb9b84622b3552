import { createFileSources, type FileSources } from '@filesource/container';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, demoIds, demoUsers, startOnlyOfficeSandbox, startOnOfficeSandbox, type FaultPlan, type RecordedRequest } from '@filesource/sandbox';
import { fastClock, pace } from './fast-clock.ts';
import { fewDocuments, hugeDocuments, manyDocuments, type Expected } from './world.ts';

export const stageNames = ['address', 'appointment', 'docspace', 'docspace-store', 'workspace'] as const;
export type StageName = (typeof stageNames)[number];
export type FolderName = 'few' | 'many' | 'nested' | 'none' | 'huge';

/** One vendor's server with files in it, and how to get sources of it. */
export interface Stage {
  readonly faults: FaultPlan;
  readonly openConnections: () => number;
  readonly requests: readonly RecordedRequest[];
  /** The ref of a folder, and all files in and below it. */
  folder(name: FolderName): { readonly ref: string; readonly files: readonly Expected[] };
  connect(timeoutMs: number): Promise<FileSources>;
  close(): Promise<void>;
}

/** Short, so that silence costs little: 300 ms of the wall's. */
export const shortMs = 300 * pace;
/** Too long to be reached by a slow machine. */
export const longMs = 20_000 * pace;

export function createStage(name: StageName): Promise<Stage> {
  return name === 'address' || name === 'appointment' ? onOfficeStage(name) : onlyOfficeStage(name);
}

async function onOfficeStage(kind: 'address' | 'appointment'): Promise<Stage> {
  const ids = { few: 11, many: 12, nested: 13, none: 14, huge: 15 };
  const seeds = [
    { id: ids.few, files: fewDocuments() },
    { id: ids.many, files: manyDocuments() },
    { id: ids.nested, files: fewDocuments().slice(0, 2) },
    { id: ids.none, files: [] },
    { id: ids.huge, files: hugeDocuments() },
  ];
  const sandbox = await startOnOfficeSandbox({ now: fastClock.now, data: kind === 'address' ? { addresses: seeds } : { appointments: seeds } });
  const store = kind === 'address' ? sandbox.store.addresses : sandbox.store.appointments;
  const { apiUrl, token, secret } = sandbox;
  return {
    faults: sandbox.faults,
    openConnections: () => sandbox.openConnections,
    requests: sandbox.requests,
    folder: (name) => ({
      ref: `files:${ids[name]}`,
      files: (store.files(ids[name]) ?? []).map(({ id, document }) => ({ ref: `files:${ids[name]}/${id}`, bytes: document.bytes() })),
    }),
    connect: (timeoutMs) => connect({ provider: `onoffice-${kind}`, apiUrl, token, secret, allowHosts: [new URL(sandbox.fileHost).host], timeoutMs }),
    close: () => sandbox.close(),
  };
}

async function onlyOfficeStage(name: Exclude<StageName, 'address' | 'appointment'>): Promise<Stage> {
  const generation = name === 'workspace' ? 'workspace' : 'docspace';
  const sandbox = await startOnlyOfficeSandbox({
    generation,
    now: fastClock.now,
    storage: name === 'docspace-store' ? 'presigned' : 'disc',
    tarGz: name === 'docspace-store',
    data: [{ section: '@my', id: demoIds.my, owner: demoUsers[0].userName }],
  });
  const { store } = sandbox;
  const plant = (title: string, documents: ReturnType<typeof fewDocuments>, parent: number | string = demoIds.my): number | string => {
    const { id } = store.addFolder(parent, { title });
    for (const document of documents) store.addFile(id, { title: document.name, content: document.bytes() });
    return id;
  };
  const ids = { few: plant('wenige', fewDocuments()), many: plant('viele', manyDocuments()), nested: plant('Objekt', fewDocuments().slice(2, 5)), none: plant('leer', []), huge: plant('Filme', hugeDocuments()) };
  plant('Grundrisse', fewDocuments().slice(5), plant('Bilder', fewDocuments().slice(0, 3), ids.nested));
  const filesBelow = (folder: number | string): Expected[] => [
    ...store.filesIn(folder).map((file) => ({ ref: `files:${folder}/${file.id}`, bytes: Buffer.from(file.versions.at(-1)?.bytes ?? []) })),
    ...store.foldersIn(folder).flatMap(({ id }) => filesBelow(id)),
  ];
  const [{ userName, password }] = demoUsers;
  const signIn = name === 'docspace' ? { apiKey: demoApiKeys[0].key } : { userName, password };
  return {
    faults: sandbox.faults,
    openConnections: () => sandbox.openConnections,
    requests: sandbox.requests,
    folder: (folder) => ({ ref: `files:${ids[folder]}`, files: filesBelow(ids[folder]) }),
    connect: (timeoutMs) =>
      connect({
        provider: 'onlyoffice',
        baseUrl: sandbox.baseUrl,
        ...signIn,
        busyTimeoutMs: 5000,
        timeoutMs,
        ...(sandbox.storageUrl === undefined ? {} : { allowHosts: [new URL(sandbox.storageUrl).host] }),
      }),
    close: () => sandbox.close(),
  };
}

function connect(settings: Readonly<Record<string, unknown>>): Promise<FileSources> {
  return createFileSources({ config: { sources: { files: settings } }, adapters: [onoffice, onlyoffice], ports: { clock: fastClock } });
}
