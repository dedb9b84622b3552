import { systemClock } from '@filesource/container';
import type { Clock, HttpRequest } from '@filesource/core';
import { createAxiosTransport } from '@filesource/http';
import { onoffice } from '@filesource/onoffice';
import { sampleDocument, startOnOfficeSandbox, type OnOfficeQuirks, type OnOfficeSandbox, type SampleDocument } from '@filesource/sandbox';
import { patternBytes, plantStandardWorld, type Controls, type Harness, type KnownFile, type KnownFolder, type PlainFile, type Times } from '@filesource/testkit';
import { watchClientSockets } from './client-sockets.ts';
import { FaultyTransport, type Dialect } from './faulty-transport.ts';
import { createSourceFactory } from './source-factory.ts';

type Kind = 'address' | 'appointment';

interface Action {
  readonly resourcetype: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The limit is small, so that a file above it can be planted. */
export const maxContentBytes = 4 * 1024 * 1024;

const dialect: Dialect = {
  asksForLaterPage: (request) => actionsOf(request).some(({ parameters }) => Number(parameters['listoffset'] ?? 0) > 0),
  // The signature is made of other things than the parameters, so they can be changed on the way.
  atFirstPage: (request) => withActions(request, (action) => ({ ...action, parameters: { ...action.parameters, listoffset: 0 } })),
  emptied: (answer) => mapResults(answer),
  asksForBody: (request) => request.method === 'GET' || actionsOf(request).some(({ parameters }) => 'addressid' in parameters && ('fileid' in parameters || 'fileId' in parameters)),
};

/** onOffice in a sandbox, with the kit's world in its addresses or appointments. */
export async function createOnOfficeHarness(kind: Kind, quirks: Partial<OnOfficeQuirks> = {}): Promise<Harness> {
  let skewMs = 0;
  const clock: Clock = { now: () => Date.now() + skewMs, sleep: (ms, signal) => systemClock.sleep(ms, signal) };
  const sandbox = await startOnOfficeSandbox({ data: {}, quirks, now: () => clock.now() });
  const calmQuirks = { ...sandbox.quirks };
  const store = kind === 'address' ? sandbox.store.addresses : sandbox.store.appointments;
  const sockets = watchClientSockets();
  const axios = createAxiosTransport();
  const transport = new FaultyTransport(axios, dialect);
  const factory = createSourceFactory({
    adapter: onoffice,
    config: {
      provider: `onoffice-${kind}`,
      apiUrl: sandbox.apiUrl,
      token: sandbox.token,
      secret: sandbox.secret,
      ...(kind === 'address' ? { maxContentBytes } : { allowHosts: [new URL(sandbox.fileHost).host] }),
    },
    transport,
    clock,
  });

  let nextFolder = 1001;
  const addFile = (folder: string, file: PlainFile, id?: number): KnownFile => {
    const added = store.addFile(Number(folder), documentOf(file), id);
    // onOffice has no files without a name: what is left to call it is its id.
    return { folder, id: String(added.id), bytes: file.bytes, name: file.name };
  };
  const plant = (_title: string, files: readonly PlainFile[]): KnownFolder => {
    const id = nextFolder++;
    store.addFolder(id);
    return { id: String(id), files: files.map((file) => addFile(String(id), file)) };
  };
  const world = await plantStandardWorld({ plant, pageSize: 12 });
  const tooLarge = plant('', [{ name: 'zu groß.bin', bytes: patternBytes(9, maxContentBytes + 1) }]).files[0];
  const [first] = world.documents.files;
  if (tooLarge === undefined || first === undefined) throw new Error('nothing was planted');

  return {
    world: {
      ...world,
      missingFile: { folder: world.documents.id, file: '999999' },
      elsewhere: { folder: world.full.id, file: first.id },
      invalid: ['0', '-1', '1.5', 'abc', '1e3', '99999999999999999999'].flatMap((id) => [{ folder: id }, { folder: world.documents.id, file: id }]),
      ...(quirks.unknownAppointment === undefined ? {} : { missingFolder: '999999' }),
      ...(kind === 'address' ? { tooLarge: { folder: tooLarge.folder, file: tooLarge.id } } : {}),
    },
    secrets: [sandbox.token, sandbox.secret],
    createSource: (settings) => factory.create(settings),
    controls: {
      plantFolder: (files) => plant('', files),
      addFile,
      removeFile: ({ folder, file }) => void store.removeFile(Number(folder), Number(file)),
      replaceFile: ({ folder, file }, bytes) => {
        const name = store.file(Number(folder), Number(file))?.document.name ?? '';
        store.removeFile(Number(folder), Number(file));
        addFile(folder, { name, bytes }, Number(file));
      },
      emptyPage: () => transport.lieAboutPages('empty'),
      ignoreCursor: () => transport.lieAboutPages('first'),
      repeatPage: () => transport.lieAboutPages('repeat'),
      ...(kind === 'address' ? addressControls(sandbox, transport) : appointmentControls(sandbox, (ms) => (skewMs += ms))),
      ...callControls(sandbox, transport),
      openConnections: () => sockets.inUse,
      requestCount: () => sandbox.requests.length,
      bytesServed: () => sockets.bytesReceived,
      loggedText: () => factory.loggedText(),
      createSourceWithWrongCredentials: () => factory.createWith({ secret: 'f'.repeat(64) }),
    },
    calm: () => {
      Object.assign(sandbox.quirks, calmQuirks);
      transport.calm();
      skewMs = 0;
    },
    close: async () => {
      sockets.stop();
      axios.close();
      await sandbox.close();
    },
  };
}

/** Content inside of JSON can come too short; a connection that breaks breaks the whole answer. */
function addressControls({ quirks }: OnOfficeSandbox, transport: FaultyTransport): Partial<Controls> {
  return {
    cutBody: ({ times }) => void (quirks.contentFault = { kind: 'shortened', ...timesOf({ times }) }),
    stallBody: (fault) => transport.stallBodies(fault),
    errorPage: (fault) => void (quirks.htmlAnswer = timesOf(fault)),
  };
}

function appointmentControls({ quirks }: OnOfficeSandbox, letPass: (ms: number) => void): Partial<Controls> {
  return {
    cutBody: (fault) => void (quirks.linkFault = { kind: 'cut', ...fault }),
    stallBody: (fault) => void (quirks.linkFault = { kind: 'stall', ...fault }),
    ignoreRange: () => void (quirks.linkRanges = false),
    errorPage: (fault) => void (quirks.linkLogin = timesOf(fault)),
    expireLinks: () => letPass(2 * 3_600_000),
  };
}

function callControls({ quirks }: OnOfficeSandbox, transport: FaultyTransport): Partial<Controls> {
  return {
    rateLimit: ({ times, retryAfterMs }) => void (quirks.httpStatus = { status: 429, retryAfter: retryAfterMs / 1000, ...timesOf({ times }) }),
    failCalls: (fault) => void (quirks.httpStatus = { status: 503, ...timesOf(fault) }),
    dropCalls: (fault) => void (quirks.dropConnection = timesOf(fault)),
    hangCalls: (fault) => transport.hang(fault),
    garbleAnswers: (fault) => void (quirks.halfJson = timesOf(fault)),
  };
}

function timesOf({ times }: { readonly times?: number | undefined }): Times {
  return times === undefined ? {} : { times };
}

function documentOf({ name, bytes }: PlainFile): SampleDocument {
  return sampleDocument(name, 'application/octet-stream', () => bytes);
}

function actionsOf(request: HttpRequest): readonly Action[] {
  if (request.method !== 'POST' || request.body === undefined) return [];
  return (JSON.parse(request.body) as { readonly request: { readonly actions: readonly Action[] } }).request.actions;
}

function withActions(request: HttpRequest, change: (action: Action) => Action): HttpRequest {
  const body = JSON.parse(request.body ?? '{}') as { readonly request: object };
  return { ...request, body: JSON.stringify({ ...body, request: { ...body.request, actions: actionsOf(request).map(change) } }) };
}

function mapResults(answer: unknown): unknown {
  const { response, ...rest } = answer as { readonly response: { readonly results: readonly { readonly data: object }[] } };
  return { ...rest, response: { ...response, results: response.results.map((result) => ({ ...result, data: { ...result.data, records: [] } })) } };
}
