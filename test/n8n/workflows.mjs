// The workflows that the real n8n runs, as its editor would save them.

const at = { position: [0, 0] };
const next = (node) => ({ node, type: 'main', index: 0 });

function credentialOf(type) {
  return { credentials: { [type]: { id: type, name: type } } };
}

function fileSource(name, type, parameters) {
  return { id: name, name, type: 'n8n-nodes-filesource.fileSource', typeVersion: 1, ...at, parameters, ...credentialOf(type) };
}

/** n8n's own hash of a binary: what it stored, not what our node says of it. */
function hashed(name, binaryPropertyName) {
  return { id: name, name, type: 'n8n-nodes-base.crypto', typeVersion: 1, ...at, parameters: { action: 'hash', type: 'SHA256', binaryData: true, binaryPropertyName, dataPropertyName: 'hashedByN8n', encoding: 'hex' } };
}

function tell(name, url, what = '$json') {
  return { id: name, name, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, ...at, parameters: { method: 'POST', url, sendBody: true, specifyBody: 'json', jsonBody: `={{ JSON.stringify(${what}) }}`, options: {} } };
}

function workflow(id, nodes, connections, active = false) {
  return { id, name: id, nodes, connections, active, settings: { executionOrder: 'v1' }, pinData: {}, meta: {}, tags: [] };
}

/** List a folder, download each of its files, hash them. Run by the command line. */
export function listAndDownload(id, type, provider, folder) {
  return workflow(
    id,
    [
      { id: 'Start', name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, ...at, parameters: {} },
      fileSource('List', type, { provider, resource: 'folder', operation: 'list', ref: folder, returnAll: true }),
      { id: 'Files', name: 'Files', type: 'n8n-nodes-base.filter', typeVersion: 2.2, ...at, parameters: { conditions: { options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 }, combinator: 'and', conditions: [{ id: '1', leftValue: '={{ $json.kind }}', rightValue: 'file', operator: { type: 'string', operation: 'equals' } }] }, options: {} } },
      fileSource('Download', type, { provider, resource: 'file', operation: 'download', ref: '={{ $json.ref }}', binaryPropertyName: 'data' }),
      hashed('Hash', 'data'),
    ],
    { Start: { main: [[next('List')]] }, List: { main: [[next('Files')]] }, Files: { main: [[next('Download')]] }, Download: { main: [[next('Hash')]] } },
  );
}

/** A webhook starts a bulk download, which waits; what comes is unpacked and hashed by n8n, and told to a server of ours. */
export function bulkDownload(id, type, provider, refs, tellUrl) {
  return workflow(
    id,
    [
      { id: 'Start', name: 'Start', type: 'n8n-nodes-base.webhook', typeVersion: 2, ...at, webhookId: id, parameters: { path: id, httpMethod: 'POST', responseMode: 'onReceived', options: {} } },
      fileSource('Bulk', type, { provider, resource: 'archive', operation: 'bulkDownload', refs, binaryPropertyName: 'data', whenIncomplete: 'error', holdSeconds: 1 }),
      hashed('Hash', 'data'),
      { id: 'Unpack', name: 'Unpack', type: 'n8n-nodes-base.compression', typeVersion: 1.1, ...at, parameters: { operation: 'decompress', binaryPropertyName: 'data', outputPrefix: 'entry_' } },
      hashed('HashEntry', 'entry_0'),
      tell('TellWait', `${tellUrl}/wait`),
      tell('Tell', tellUrl),
      tell('TellEntry', `${tellUrl}/entry`, '{ hashedByN8n: $json.hashedByN8n, name: $("Unpack").item.binary.entry_0.fileName }'),
    ],
    {
      Start: { main: [[next('Bulk')]] },
      // Waiting leads back, by way of a node that tells of it; Done leads on.
      Bulk: { main: [[next('TellWait')], [next('Hash'), next('Unpack')]] },
      TellWait: { main: [[next('Bulk')]] },
      Hash: { main: [[next('Tell')]] },
      Unpack: { main: [[next('HashEntry')]] },
      HashEntry: { main: [[next('TellEntry')]] },
    },
    true,
  );
}

/** New files of a folder, downloaded and hashed. */
export function watchFolder(id, type, provider, folder, tellUrl) {
  const trigger = { id: 'Watch', name: 'Watch', type: 'n8n-nodes-filesource.fileSourceTrigger', typeVersion: 1, ...at, parameters: { provider, ref: folder, most: 1000, pollTimes: { item: [{ mode: 'everyMinute' }] } }, ...credentialOf(type) };
  return workflow(
    id,
    [trigger, fileSource('Download', type, { provider, resource: 'file', operation: 'download', ref: '={{ $json.ref }}', binaryPropertyName: 'data' }), hashed('Hash', 'data'), tell('Tell', tellUrl)],
    { Watch: { main: [[next('Download')]] }, Download: { main: [[next('Hash')]] }, Hash: { main: [[next('Tell')]] } },
    true,
  );
}
