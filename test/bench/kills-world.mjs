// Both vendors' servers in a process of their own, with the files that kills.mjs pulls; counts what is fetched.
import { argv } from 'node:process';
import { demoApiKeys, demoUsers, pseudoRandomBytes, startOnlyOfficeSandbox, startOnOfficeSandbox } from '../../packages/sandbox/dist/index.js';

const small = argv.includes('--small');
const KiB = 1024;
const MiB = 1024 * KiB;
// Every tenth file is larger than what is written in one go; a few are large enough to be continued by range.
const plan = small
  ? { addresses: [3, 8], appointments: [2, 8], documents: [2, 8], large: {}, usual: 3 * KiB, medium: 400 * KiB }
  : { addresses: [5, 20], appointments: [3, 20], documents: [2, 20], large: { appointments: 40 * MiB, documents: 48 * MiB }, usual: 12 * KiB, medium: 900 * KiB };

let seed = 0;
function fileOf(kind, folder, index) {
  seed += 1;
  const large = folder === 0 && index === 0 ? plan.large[kind] : undefined;
  const size = large ?? (index % 10 === 5 ? plan.medium + seed : plan.usual + seed * 7);
  const bytes = pseudoRandomBytes(seed, index === 7 ? 0 : size);
  return { name: `${kind} ${String(index).padStart(2, '0')}.bin`, mediaType: 'application/octet-stream', bytes: () => bytes };
}

function foldersOf(kind) {
  const [folders, files] = plan[kind];
  return Array.from({ length: folders }, (_, folder) => ({ id: 100 + folder, files: Array.from({ length: files }, (_, index) => fileOf(kind, folder, index)) }));
}

const onOffice = await startOnOfficeSandbox({ data: { addresses: foldersOf('addresses'), appointments: foldersOf('appointments') } });
const onlyOffice = await startOnlyOfficeSandbox({
  data: [
    {
      section: '@my',
      owner: demoUsers[0].userName,
      folders: foldersOf('documents').map(({ id, files }) => ({ id: 1000 + id, title: `Ordner ${id}`, files: files.map((file) => ({ title: file.name, content: file.bytes(), modified: '2026-05-01T12:00:00Z' })) })),
    },
  ],
});

/** Files whose bytes were asked for, and how many of them from somewhere in the middle. */
function counts() {
  const contents = { addresses: 0, appointments: 0, documents: 0, ranges: 0 };
  for (const { method, url, headers, body } of [...onOffice.requests, ...onlyOffice.requests]) {
    for (const action of body?.request?.actions ?? []) {
      const { addressid, fileid, fileId } = action.parameters ?? {};
      if (addressid !== undefined && (fileid ?? fileId) !== undefined) contents.addresses += 1;
    }
    const isDocument = url.includes('filehandler.ashx');
    if (method !== 'GET' || (!isDocument && body !== undefined)) continue;
    if (isDocument) contents.documents += 1;
    else if (onlyOffice.requests.every((request) => request.url !== url)) contents.appointments += 1;
    else continue;
    if (/^bytes=[1-9]/.test(headers.range ?? '')) contents.ranges += 1;
  }
  onOffice.requests.length = 0;
  onlyOffice.requests.length = 0;
  return contents;
}

process.on('message', () => process.send(counts()));
process.on('disconnect', () => process.exit(0));
const ids = (kind) => foldersIds(plan[kind][0]);
const foldersIds = (count) => Array.from({ length: count }, (_, folder) => 100 + folder);
process.send({
  files: ['addresses', 'appointments', 'documents'].reduce((sum, kind) => sum + plan[kind][0] * plan[kind][1], 0),
  refs: [...ids('addresses').map((id) => `contacts:${id}`), ...ids('appointments').map((id) => `appointments:${id}`), 'documents:@my'],
  env: { ONOFFICE_TOKEN: onOffice.token, ONOFFICE_SECRET: onOffice.secret, ONLYOFFICE_API_KEY: demoApiKeys[0].key },
  config: `sources:
  contacts: { provider: onoffice-address, apiUrl: "${onOffice.apiUrl}", token: "\${ONOFFICE_TOKEN}", secret: "\${ONOFFICE_SECRET}" }
  appointments: { provider: onoffice-appointment, apiUrl: "${onOffice.apiUrl}", token: "\${ONOFFICE_TOKEN}", secret: "\${ONOFFICE_SECRET}" }
  documents: { provider: onlyoffice, baseUrl: "${onlyOffice.baseUrl}", apiKey: "\${ONLYOFFICE_API_KEY}" }
`,
});
