// A scripted onOffice: appointments whose files are links to another server, and one address file of any size as base64 in JSON.
// It checks no signature and holds no bytes, so that what is measured is the caller.
//   { folders: [{ id, count, size, prefix, url }], content: { size, seed } }
import { argv } from 'node:process';
import { bytesOf } from '../lib/bytes.mjs';
import { sendJson, serve } from './serve.mjs';

const { folders = [], content } = JSON.parse(argv[2]);
const byId = new Map(folders.map((folder) => [folder.id, folder]));
const pageLimit = 100;
const blockBytes = 3 * 2 ** 18;

/** Ids of files tell their folder and their place in it. */
function fileOf(folder, index) {
  const name = `${folder.prefix}${String(index).padStart(5, '0')}.bin`;
  return { id: folder.id * 1_000_000 + index, type: 'file', elements: { username: 'mustermann', filename: name, fileSize: String(folder.size), url: `${folder.url}/${name}` } };
}

function dataOf(parameters) {
  if (parameters.addressid !== undefined) return { meta: { cntabsolute: 1 }, records: [{ id: 1, type: 'file', elements: { name: 'large.bin', originalname: 'large.bin', filename: 'large.bin', fileSize: content.size, modified: 1_725_272_069 } }] };
  const folder = byId.get(Number(parameters.appointmentid));
  if (folder === undefined) return { meta: { cntabsolute: 0 }, records: [] };
  const fileId = parameters.fileId ?? parameters.fileid;
  if (fileId !== undefined) return { meta: { cntabsolute: 1 }, records: [fileOf(folder, Number(fileId) - folder.id * 1_000_000)] };
  const first = Number(parameters.listoffset ?? 0);
  const count = Math.max(0, Math.min(Number(parameters.listlimit ?? 20), pageLimit, folder.count - first));
  return { meta: { cntabsolute: folder.count }, records: Array.from({ length: count }, (_, index) => fileOf(folder, first + index)) };
}

function resultOf(action) {
  const { actionid, resourceid, resourcetype, identifier } = action;
  return { actionid, resourceid, resourcetype, cacheable: true, identifier, data: dataOf(action.parameters), status: { errorcode: 0, message: 'OK' } };
}

const status = { code: 200, errorcode: 0, message: 'OK' };

/** PHP writes a slash as `\/`. The content is one block of bytes, again and again. */
async function sendContent(response, action) {
  const mark = 'CONTENT';
  const record = { id: 1, type: 'file', elements: { name: 'large.bin', originalname: 'large.bin', filename: 'large.bin', fileSize: content.size, modified: 1_725_272_069, content: mark } };
  const [head, tail] = JSON.stringify({ status, response: { results: [{ ...resultOf(action), data: { meta: { cntabsolute: 1 }, records: [record] } }] } }).replaceAll('/', '\\/').split(mark);
  const block = bytesOf(content.seed, blockBytes);
  const text = Buffer.from(block.toString('base64').replaceAll('/', '\\/'));
  response.writeHead(200, { 'content-type': 'application/json' }).write(head);
  let wake = () => undefined;
  for (const event of ['drain', 'close']) response.on(event, () => wake());
  for (let start = 0; start < content.size; start += blockBytes) {
    const left = content.size - start;
    const piece = left >= blockBytes ? text : Buffer.from(block.subarray(0, left).toString('base64').replaceAll('/', '\\/'));
    if (!response.write(piece)) await new Promise((resolve) => (wake = resolve));
    if (response.destroyed) return;
  }
  response.end(tail);
}

const origin = await serve((url, body, response) => {
  const { actions } = JSON.parse(body.toString()).request;
  const [only] = actions;
  const isContent = only.parameters.addressid !== undefined && (only.parameters.fileid ?? only.parameters.fileId) !== undefined;
  if (isContent) void sendContent(response, only);
  else sendJson(response, { status, response: { results: actions.map(resultOf) } });
});
process.send({ apiUrl: `${origin}/api/stable/api.php`, token: 't'.repeat(32), secret: 's'.repeat(64) });
