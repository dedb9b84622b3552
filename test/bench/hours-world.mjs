// Both vendors' servers in a process of their own, whose time hours.mjs moves on; nothing that they gather counts there.
import { demoApiKeys, demoUsers, sampleDocuments, startOnlyOfficeSandbox, startOnOfficeSandbox } from '../../packages/sandbox/dist/index.js';

let aheadMs = 0;
const now = () => Date.now() + aheadMs;
const documents = sampleDocuments().filter((document) => document.bytes().length > 200 && document.bytes().length < 500_000);
const folders = [{ id: 1, files: documents }];
const onOffice = await startOnOfficeSandbox({ now, data: { addresses: folders, appointments: folders } });
const onlyOffice = await startOnlyOfficeSandbox({
  now,
  operationDurationMs: 20,
  data: [{ section: '@my', owner: demoUsers[0].userName, files: documents.map((document) => ({ title: document.name, content: document.bytes() })) }],
});
process.on('disconnect', () => process.exit(0));
process.on('message', (ms) => {
  aheadMs = ms;
  onOffice.requests.length = 0;
  onlyOffice.requests.length = 0;
  process.send('ok');
});
process.send({
  config: {
    sources: {
      contacts: { provider: 'onoffice-address', apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret },
      appointments: { provider: 'onoffice-appointment', apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret },
      documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key },
    },
  },
});
