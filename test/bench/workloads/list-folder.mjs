import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asTold, script } from '../lib/filesource.mjs';
import { startVendor } from '../lib/vendor.mjs';
import { WrongBytes } from '../lib/trees.mjs';

/** One answer of each sandbox, from which the pages of a large folder are made. */
async function prepare(world) {
  const { apiUrl, token, secret, baseUrl, apiKey } = await startVendor(world, 'sandbox', { appointments: { first: 1, count: 1, files: 1, size: 48_211 } });
  const contents = await (await fetch(`${baseUrl}/api/2.0/files/1?count=1`, { headers: { authorization: `Bearer ${apiKey}` } })).json();
  const templates = join(world.home, 'templates.json');
  await writeFile(templates, JSON.stringify({ onlyoffice: contents, onoffice: await listOne({ apiUrl, token, secret }) }));
  const count = world.size(100_000, 400);
  const originOf = async (vendor) => (await startVendor(world, 'folder', { vendor, templates, count })).origin;
  return { templates, count, origins: { docspace: await originOf('docspace'), onoffice: await originOf('onoffice') } };
}

async function listOne({ apiUrl, token, secret }) {
  const [timestamp, actionid] = [Math.floor(Date.now() / 1000), 'urn:onoffice-de-ns:smart:2.5:smartml:action:get'];
  const hmac = createHmac('sha256', secret).update(`${timestamp}${token}file${actionid}`).digest('base64');
  const action = { actionid, resourceid: 'appointment', resourcetype: 'file', identifier: '', timestamp, hmac, hmac_version: '2', parameters: { appointmentid: 1, listlimit: 1 } };
  return (await fetch(apiUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token, request: { actions: [action] } }) })).json();
}

const contestant = (mode, vendor, title, isServed = false) => ({
  title,
  run: async ({ stage, measure }) => asTold(await measure(script('inside/list-folder.mjs', mode, vendor, stage.templates, stage.count, ...(isServed ? [stage.origins[vendor]] : [])))),
  check: ({ stage, measured }) => {
    if (measured.entries !== stage.count) throw new WrongBytes(`${measured.entries} entries were listed in place of ${stage.count}`);
  },
});

export const workload = {
  order: 10,
  name: 'list-folder',
  title: 'a folder of 100,000 entries listed',
  needs: ['bash'],
  notes: [
    'The answers are those of the sandboxes: of DocSpace a hundred rows each, which is its most, of Workspace a thousand, of onOffice a hundred, five of them in a request. list() and JSON.parse: from memory at the transport of the HTTP port; policies, layers and adapter are all there, sockets are not. Measured inside the processes, after a first page.',
    'JSON.parse and entries: beside the parser, an object with the fields of an entry for each row, and a turn for each as `for await` takes it; nothing is asked for, checked or remembered.',
    'The least a listing can do: parser and entries, from signed requests for five pages each, with every row checked and each file given once. There is no port, no layer, no cursor, nothing is repeated, and a list that changes meanwhile ends with files missing.',
    'Below, for orientation: the same from a server on loopback, ours and the floor, which is one request after another on one connection with node:http, and JSON.parse.',
  ],
  goals: [
    { kind: 'times', of: 'docspace', against: 'docspaceParse', metric: 'cpuMs', limit: 2 },
    { kind: 'times', of: 'workspace', against: 'workspaceParse', metric: 'cpuMs', limit: 2 },
    { kind: 'times', of: 'onoffice', against: 'onofficeParse', metric: 'cpuMs', limit: 2 },
  ],
  prepare,
  contestants: {
    docspace: contestant('list', 'docspace', 'DocSpace, list()'),
    docspaceParse: contestant('parse', 'docspace', 'JSON.parse of its pages'),
    workspace: contestant('list', 'workspace', 'Workspace, list()'),
    workspaceParse: contestant('parse', 'workspace', 'JSON.parse of its pages'),
    onoffice: contestant('list', 'onoffice', 'onOffice, list()'),
    onofficeParse: contestant('parse', 'onoffice', 'JSON.parse of its pages'),
    docspaceEntries: contestant('entries', 'docspace', 'DocSpace, JSON.parse and entries'),
    workspaceEntries: contestant('entries', 'workspace', 'Workspace, JSON.parse and entries'),
    onofficeEntries: contestant('entries', 'onoffice', 'onOffice, JSON.parse and entries'),
    onofficeLeast: contestant('least', 'onoffice', 'onOffice, the least a listing can do'),
    docspaceServed: contestant('list', 'docspace', 'DocSpace, list() over HTTP', true),
    docspaceFloor: contestant('exchange', 'docspace', 'its requests, node:http and JSON.parse', true),
    onofficeServed: contestant('list', 'onoffice', 'onOffice, list() over HTTP', true),
    onofficeFloor: contestant('exchange', 'onoffice', 'its requests, node:http and JSON.parse', true),
  },
};
