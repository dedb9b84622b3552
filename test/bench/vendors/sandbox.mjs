// Both vendors' sandboxes, with a latency and with the files of one workload.
//   { latencyMs, addresses: { first, count, files, size }, documents: { count } }
import { argv } from 'node:process';
import { demoApiKeys, demoUsers, startOnlyOfficeSandbox, startOnOfficeSandbox } from '../../../packages/sandbox/dist/index.js';
import { bytesOf, sha256Of } from '../lib/bytes.mjs';

const { latencyMs = 0, addresses, appointments } = JSON.parse(argv[2]);
const faults = latencyMs === 0 ? [] : [{ kind: 'delay', ms: latencyMs, on: ['any'] }];
const digests = {};

function documentOf(folder, index, size) {
  const name = `file-${folder}-${String(index).padStart(4, '0')}.bin`;
  const bytes = bytesOf(folder * 1000 + index, size);
  digests[name] = sha256Of(bytes);
  return { name, mediaType: 'application/octet-stream', bytes: () => bytes };
}

function foldersOf({ first, count, files, size } = { count: 0 }) {
  return Array.from({ length: count }, (_, index) => ({ id: first + index, firstFileId: (first + index) * 1000, files: Array.from({ length: files }, (_, file) => documentOf(first + index, file, size)) }));
}

const onOffice = await startOnOfficeSandbox({ faults, data: { addresses: foldersOf(addresses), appointments: foldersOf(appointments) } });
const onlyOffice = await startOnlyOfficeSandbox({ faults, data: [{ section: '@my', owner: demoUsers[0].userName, folders: [{ id: 1, title: 'Ordner', files: [{ id: 1, title: 'Vertrag über die Wohnung 1.docx', content: bytesOf(1, 4096), modified: '2026-05-01T12:00:00Z' }] }] }] });

process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  process.send(onOffice.requests.length + onlyOffice.requests.length);
  onOffice.requests.length = 0;
  onlyOffice.requests.length = 0;
});
process.send({ apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret, baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key, digests });
