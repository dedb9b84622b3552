// The CPU of listing a large folder, start-up left out: the first page is asked for once before, and what V8 still compiles of the start is waited for.
//   list: ours, from pages in memory, or from a server where an origin is given.
//   parse: JSON.parse of the same pages.   entries: that, an entry object for each row, and a turn for each as `for await` takes it.
//   least: that, from signed requests one after another, with every row checked and each file given once; onOffice only.
//   exchange: node:http and JSON.parse, one request after another, from a server.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { argv } from 'node:process';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { mediaTypeOf } from '../../../core/dist/index.js';
import { createFileSources } from '../../../packages/container/dist/index.js';
import { onlyoffice } from '../../../adapters/onlyoffice/dist/index.js';
import { onoffice } from '../../../adapters/onoffice/dist/index.js';
import { folderPages } from '../lib/folder-pages.mjs';
import { tell, timed } from './stopwatch.mjs';

const [, , mode, vendor, templatesFile, count, origin] = argv;
const { config, folder, pages, requests, answer } = folderPages(vendor, JSON.parse(readFileSync(templatesFile, 'utf8')), Number(count));

let sent = 0;
const inMemory = {
  send: async ({ url, body }) => {
    sent += 1;
    const page = answer({ url, body });
    return { status: 200, headers: { 'content-type': 'application/json', 'content-length': String(page.length) }, url, body: bodyOf(page) };
  },
};

/** As bytes come from a socket. A stream over an array makes promises for each chunk, which no client does. */
function bodyOf(bytes) {
  const body = new Readable({ read() {} });
  body.push(bytes);
  body.push(null);
  return body;
}

async function lister() {
  const source = { folder: config(origin ?? 'https://vendor.example.com') };
  const sources = await createFileSources({ config: { sources: source }, adapters: [onlyoffice, onoffice], ...(origin === undefined ? { transport: inMemory } : {}) });
  const list = () => sources.get('folder').list(folder);
  for await (const _ of list().byPage()) break;
  return async () => {
    let entries = 0;
    for await (const entry of list()) if (entry.kind === 'file') entries += 1;
    return entries;
  };
}

function entriesIn(bytes) {
  const { response } = JSON.parse(bytes.toString('utf8'));
  return response.files?.length ?? response.results.reduce((sum, { data }) => sum + data.records.length, 0);
}

function parser() {
  entriesIn(pages[0]);
  return () => pages.reduce((sum, page) => sum + entriesIn(page), 0);
}

/** What an entry is made of, with nothing checked, kept or asked for. */
const ofOnlyOffice = ({ id, title, pureContentLength, updated, version, versionGroup }) => ({
  kind: 'file',
  folder,
  id: String(id),
  name: title,
  size: pureContentLength,
  mediaType: mediaTypeOf(title),
  modified: new Date(updated),
  validator: `v${version}.${versionGroup}:${pureContentLength}:${updated}`,
  ref: `folder:${folder}/${id}`,
});
const ofOnOffice = ({ id, elements: { filename, fileSize } }) => ({
  kind: 'file',
  folder,
  id: String(id),
  name: filename,
  size: Number(fileSize),
  mediaType: mediaTypeOf(filename),
  modified: null,
  validator: null,
  ref: `folder:${folder}/${id}`,
});

const entryOf = vendor === 'onoffice' ? ofOnOffice : ofOnlyOffice;

async function* entriesOf(all) {
  for (const bytes of all) {
    const { response } = JSON.parse(bytes.toString('utf8'));
    const rows = response.files ?? response.results.flatMap(({ data }) => data.records);
    for (const row of rows) yield entryOf(row);
  }
}

/** Counts what a generator makes of all that it is given; the parser has run once before. */
const counterOf = (generator, all) => () => {
  entriesIn(pages[0]);
  return async () => {
    let entries = 0;
    for await (const entry of generator(all)) if (entry.kind === 'file') entries += 1;
    return entries;
  };
};

/** What the vendor's notes make necessary, whoever writes it: ids and sizes come as numbers or as digits, lists overlap when files come and go meanwhile. */
const digits = /^\d{1,15}$/;

function checkedEntryOf(row) {
  const { id, elements } = row;
  const idText = typeof id === 'number' ? String(id) : id;
  const { filename, fileSize } = elements;
  if (!digits.test(idText) || typeof filename !== 'string' || !(typeof fileSize === 'number' || digits.test(fileSize))) throw new Error('this is no file');
  return ofOnOffice(row);
}

function signed(body) {
  const { token, request } = JSON.parse(body);
  const timestamp = Math.floor(Date.now() / 1000);
  const hmac = createHmac('sha256', 's'.repeat(64)).update(`${timestamp}${token}file${request.actions[0].actionid}`).digest('base64');
  return JSON.stringify({ token, request: { actions: request.actions.map((action) => ({ ...action, timestamp, hmac })) } });
}

async function* leastOf(all) {
  const seen = new Set();
  for (const { body } of all) {
    sent += 1;
    const { response } = JSON.parse(answer({ body: signed(body) }).toString('utf8'));
    for (const { data } of response.results) {
      for (const row of data.records) {
        const entry = checkedEntryOf(row);
        if (seen.has(entry.id)) continue;
        seen.add(entry.id);
        yield entry;
      }
    }
  }
}

async function exchanger() {
  const agent = new Agent({ keepAlive: true });
  const exchange = ({ path, method, headers, body }) =>
    new Promise((resolve, reject) => {
      sent += 1;
      const outgoing = request(origin + path, { method, headers, agent }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(entriesIn(Buffer.concat(chunks))));
      });
      outgoing.on('error', reject).end(body);
    });
  await exchange(requests[0]);
  return async () => {
    let entries = 0;
    for (const one of requests) entries += await exchange(one);
    return entries;
  };
}

const work = await { list: lister, parse: parser, entries: counterOf(entriesOf, pages), least: counterOf(leastOf, requests), exchange: exchanger }[mode]();
await wait(500);
sent = 0;
const { value, times } = await timed(work);
tell({ ...times, entries: value, ...(sent === 0 ? {} : { requests: sent }) });
process.exit(0);
