// One large folder of either vendor, from memory.
//   { vendor, templates, count }
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { folderPages } from '../lib/folder-pages.mjs';
import { serve } from './serve.mjs';

const { vendor, templates, count } = JSON.parse(argv[2]);
const { answer } = folderPages(vendor, JSON.parse(readFileSync(templates, 'utf8')), count);

const origin = await serve(({ pathname, search }, body, response) => {
  const bytes = answer({ url: pathname + search, body: body.toString() });
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length }).end(bytes);
});
process.send({ origin });
