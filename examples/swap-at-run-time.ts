// Follows its config: rewrite filesource.yaml while it runs, and the next call goes to the provider that it names now. Ends with its input.
import { watch } from 'node:fs';
import { createInterface } from 'node:readline';
import { FileSourceError } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { SwappableSources } from './swappable-sources.ts';

const files = await SwappableSources.open({ config: 'filesource.yaml', adapters: [onoffice, onlyoffice] });

// #region swap-at-run-time
// The folder is watched and not the file: editors and `rename` put another file in its place.
let settled: NodeJS.Timeout | undefined;
const watcher = watch('.', (_event, name) => {
  if (name !== 'filesource.yaml') return;
  clearTimeout(settled);
  settled = setTimeout(() => void follow(), 50);
});

async function follow(): Promise<void> {
  try {
    await files.reload();
    await files.use(async (sources) => console.log('now', sources.get('files').provider));
  } catch (error) {
    if (!FileSourceError.is(error, 'config-invalid')) throw error;
    console.log('the old sources stay:', error.message);
  }
}
// #endregion

/** `list FOLDER` and `get FOLDER/FILE`, one a line; a transfer goes on while other lines are read. */
async function obey(line: string): Promise<void> {
  const [command, ref = ''] = line.split(' ');
  await files.use(async (sources) => {
    const source = sources.get('files');
    if (command === 'list') {
      for await (const entry of source.list(ref)) console.log(source.provider, entry.name);
      return;
    }
    const { body } = await source.open(ref);
    console.log('getting', ref, 'from', source.provider);
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
    console.log('got', bytes, 'bytes from', source.provider);
  });
}

console.log('ready');
const running: Promise<void>[] = [];
const tell = (error: unknown): void => console.log('failed:', FileSourceError.is(error) ? error.describe() : String(error));
for await (const line of createInterface(process.stdin)) running.push(obey(line).catch(tell));
await Promise.all(running);
watcher.close();
clearTimeout(settled);
await files.close();
