// Fetches and unpacks an archive whose operation has ended already.
import { argv } from 'node:process';
import { createFileSources, systemPorts } from '../../../packages/container/dist/index.js';
import { fetchArchive } from '../../../packages/transfer/dist/index.js';
import { onlyoffice } from '../../../adapters/onlyoffice/dist/index.js';
import { tell, timed } from './stopwatch.mjs';

const [, , baseUrl, directory, receiptFile] = argv;
const config = { sources: { documents: { provider: 'onlyoffice', baseUrl, apiKey: 'sk-bench', generation: 'workspace', allowHosts: ['127.0.0.1'] } } };
const sources = await createFileSources({ config, adapters: [onlyoffice] });
const source = sources.get('documents');
const operation = await source.archive(['1']);
await operation.result();
const { clock, hashing } = systemPorts();
const { times } = await timed(() => fetchArchive({ source, operation: async () => operation, to: { directory }, clock, hashing, receiptFile }));
tell(times);
process.exit(0);
