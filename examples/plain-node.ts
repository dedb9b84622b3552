// Lists a folder and downloads its first file: `node plain-node.js`, beside a filesource.yaml that has a source "contacts".
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createFileSources } from '@filesource/container';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';

// #region plain-node
const sources = await createFileSources({ config: 'filesource.yaml', adapters: [onoffice, onlyoffice] });
const contacts = sources.get('contacts');
for await (const entry of contacts.list('1237')) console.log(entry.ref, entry.name);
const { body, totalSize } = await contacts.open('1237/1757');
await pipeline(body, createWriteStream('first-file'));
console.log(totalSize, 'bytes in first-file');
await sources.close();
// #endregion
