// Both vendors' servers in a process of their own, with few and very large files; memory.mjs pulls them.
import { argv } from 'node:process';
import { demoApiKeys, demoUsers, pseudoRandomBytes, startOnlyOfficeSandbox, startOnOfficeSandbox } from '../../packages/sandbox/dist/index.js';

const bytes = pseudoRandomBytes(7, Number(argv[2]));
const document = { name: 'large.bin', mediaType: 'application/octet-stream', bytes: () => bytes };
/** As large as an archive of the sandbox can be. */
const packable = { ...document, bytes: () => bytes.subarray(0, Math.min(bytes.length, 1000 * 2 ** 20)) };
const little = { name: 'little.txt', mediaType: 'text/plain', bytes: () => Buffer.from('little\n') };
const onOffice = await startOnOfficeSandbox({ data: { appointments: [{ id: 1, files: [document, little] }, { id: 2, files: [little] }, { id: 3, files: [packable, little] }] } });
const folder = (id, files) => ({ id, title: `Ordner ${id}`, files: files.map((file) => ({ title: file.name, content: file.bytes() })) });
const onlyOffice = await startOnlyOfficeSandbox({ data: [{ section: '@my', owner: demoUsers[0].userName, folders: [folder(1, [document, little]), folder(2, [little]), folder(3, [packable, little])] }] });
process.on('disconnect', () => process.exit(0));
process.send({
  env: { ONOFFICE_TOKEN: onOffice.token, ONOFFICE_SECRET: onOffice.secret, ONLYOFFICE_API_KEY: demoApiKeys[0].key },
  config: `sources:
  appointments: { provider: onoffice-appointment, apiUrl: "${onOffice.apiUrl}", token: "\${ONOFFICE_TOKEN}", secret: "\${ONOFFICE_SECRET}" }
  documents: { provider: onlyoffice, baseUrl: "${onlyOffice.baseUrl}", apiKey: "\${ONLYOFFICE_API_KEY}" }
`,
});
