// Lists a large folder from pages that lie in memory, or only parses them: CPU of either, without start-up and sockets.
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { Readable } from 'node:stream';
import { createFileSources } from '../../../packages/container/dist/index.js';
import { onlyoffice } from '../../../adapters/onlyoffice/dist/index.js';
import { onoffice } from '../../../adapters/onoffice/dist/index.js';
import { tell, timed } from './stopwatch.mjs';

const [, , mode, vendor, templatesFile, countText] = argv;
const count = Number(countText);
const pageSize = 100;
const templates = JSON.parse(readFileSync(templatesFile, 'utf8'));

/** Of each vendor: its pages as bytes, and which of them a request asks for. */
const vendors = {
  onlyoffice: {
    config: { provider: 'onlyoffice', baseUrl: 'https://portal.example.com', apiKey: 'sk-bench' },
    folder: '1',
    pageOf: (start, length) => {
      const { response, ...envelope } = templates.onlyoffice;
      const [file] = response.files;
      const files = Array.from({ length }, (_, index) => ({ ...file, id: start + index + 1, title: `Vertrag über die Wohnung ${start + index + 1}.docx` }));
      return { ...envelope, response: { ...response, files, startIndex: start, count: length, total: count } };
    },
    startOf: ({ url }) => Number(new URL(url).searchParams.get('startIndex')),
    finish: (page) => page,
  },
  onoffice: {
    config: { provider: 'onoffice-appointment', token: 't'.repeat(32), secret: 's'.repeat(64) },
    folder: '1',
    pageOf: (start, length) => {
      const answer = structuredClone(templates.onoffice);
      const [result] = answer.response.results;
      const [record] = result.data.records;
      const records = Array.from({ length }, (_, index) => ({ ...record, id: start + index + 1, elements: { ...record.elements, filename: `Grundriss der Wohnung ${start + index + 1}.pdf` } }));
      Object.assign(result, { identifier: 'IDENTIFIER', data: { meta: { cntabsolute: count }, records } });
      return answer;
    },
    startOf: ({ body }) => JSON.parse(body).request.actions[0].parameters.listoffset,
    // A fresh echo in each answer; the pages themselves stay as they are.
    finish: (page, { body }) => Buffer.from(page.toString('latin1').replace('IDENTIFIER', JSON.parse(body).request.actions[0].identifier), 'latin1'),
  },
};

const { config, folder, pageOf, startOf, finish } = vendors[vendor];
const pages = Array.from({ length: Math.ceil(count / pageSize) }, (_, page) => Buffer.from(JSON.stringify(pageOf(page * pageSize, Math.min(pageSize, count - page * pageSize)))));

const pastTheEnd = Buffer.from(JSON.stringify(pageOf(count, 0)));

const transport = {
  send: async (request) => {
    const page = finish(pages[startOf(request) / pageSize] ?? pastTheEnd, request);
    return { status: 200, headers: { 'content-type': 'application/json', 'content-length': String(page.length) }, url: request.url, body: Readable.from([page], { objectMode: false }) };
  },
};

async function list() {
  const sources = await createFileSources({ config: { sources: { folder: config } }, adapters: [onlyoffice, onoffice], transport });
  let entries = 0;
  for await (const entry of sources.get('folder').list(folder)) if (entry.kind === 'file') entries += 1;
  return entries;
}

function parse() {
  let entries = 0;
  for (const page of pages) {
    const { response } = JSON.parse(page.toString('utf8'));
    entries += (response.files ?? response.results[0].data.records).length;
  }
  return entries;
}

const { value, times } = await timed(async () => (mode === 'list' ? list() : parse()));
tell({ ...times, entries: value, mebibytes: pages.reduce((sum, page) => sum + page.length, 0) / 2 ** 20 });
process.exit(0);
