// The CPU of many stats, one after the other, through more or fewer layers. Several modes, joined by commas, take turns within the process,
// block by block, so that what the machine does meanwhile hits all of them.
import { Agent, get } from 'node:http';
import { argv } from 'node:process';
import { createFileSources, systemPorts } from '../../../packages/container/dist/index.js';
import { readBody } from '../../../core/dist/index.js';
import { onlyoffice } from '../../../adapters/onlyoffice/dist/index.js';
import { tell, timed } from './stopwatch.mjs';

const [, , modes, baseUrl, callsText] = argv;
const calls = Number(callsText);
const warmUp = Math.ceil(calls / 4);
const blocks = Math.min(40, calls);
const [folder, file] = ['1', '1000001'];
const settings = { baseUrl, apiKey: 'sk-bench', generation: 'workspace' };
const url = `${baseUrl}/api/2.0/files/file/${file}`;
const headers = { accept: 'application/json', authorization: 'Bearer sk-bench' };

async function repeat(call, times) {
  for (let index = 0; index < times; index += 1) await call();
}

function bareAdapter() {
  const provider = onlyoffice.providers.onlyoffice;
  return provider.create(provider.configSchema.parse(settings), { name: 'documents', ports: systemPorts() });
}

const callers = {
  layers: async () => {
    const source = (await createFileSources({ config: { sources: { documents: { provider: 'onlyoffice', ...settings } } }, adapters: [onlyoffice] })).get('documents');
    return () => source.stat({ folder, file });
  },
  adapter: async () => {
    const adapter = bareAdapter();
    return () => adapter.stat({ folder, file }, {});
  },
  bounded: async () => {
    const adapter = bareAdapter();
    return async () => {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), 60_000);
      try {
        return await adapter.stat({ folder, file }, { signal: stop.signal });
      } finally {
        clearTimeout(timer);
      }
    };
  },
  port: async () => {
    const { http } = systemPorts();
    return async () => JSON.parse((await readBody((await http.send({ method: 'GET', url, headers })).body, 2 ** 20)).toString());
  },
  axios: async () => {
    const { axios } = await import('../peers/axios.mjs');
    const httpAgent = new Agent({ keepAlive: true });
    return () => axios.get(url, { headers, httpAgent });
  },
  node: async () => {
    const agent = new Agent({ keepAlive: true });
    return () =>
      new Promise((resolve, reject) => {
        get(url, { headers, agent }, (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
        }).on('error', reject);
      });
  },
};

const runners = [];
for (const mode of modes.split(',')) runners.push({ mode, call: await callers[mode](), times: { wallMs: 0, cpuMs: 0 } });
for (const { call } of runners) await repeat(call, warmUp);
for (let block = 0; block < blocks; block += 1) {
  for (const { call, times } of block % 2 === 0 ? runners : runners.toReversed()) {
    const one = await timed(() => repeat(call, Math.ceil(calls / blocks)));
    times.wallMs += one.times.wallMs;
    times.cpuMs += one.times.cpuMs;
  }
}
tell(Object.fromEntries(runners.map(({ mode, times }) => [mode, { ...times, requests: calls }])));
process.exit(0);
