// The files of many addresses, all asked for together, as a host does.
import { createHash } from 'node:crypto';
import { argv } from 'node:process';
import { createFileSources } from '../../../packages/container/dist/index.js';
import { onoffice } from '../../../adapters/onoffice/dist/index.js';
import { tell, timed } from './stopwatch.mjs';

const ids = JSON.parse(argv[2]);
const sources = await createFileSources({ config: 'filesource.json', adapters: [onoffice] });
const source = sources.get('contacts');
const { value, times } = await timed(() =>
  Promise.all(
    ids.map(async (id) => {
      const names = [];
      for await (const { name } of source.list(String(id))) names.push(name);
      return names;
    }),
  ),
);
tell({ ...times, names: createHash('sha256').update(JSON.stringify(value.flat().sort())).digest('hex') });
process.exit(0);
