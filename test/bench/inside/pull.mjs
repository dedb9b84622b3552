// A pull by the library, in a process that has started already; the config is that of the folder it runs in.
import { argv } from 'node:process';
import { createFileSources, nodeHashing, systemClock } from '../../../packages/container/dist/index.js';
import { pull } from '../../../packages/transfer/dist/index.js';
import { onoffice } from '../../../adapters/onoffice/dist/index.js';
import { tell, timed } from './stopwatch.mjs';

const [, , ref, directory, receiptFile, concurrency] = argv;
const sources = await createFileSources({ config: 'filesource.json', adapters: [onoffice] });
const { times } = await timed(() => pull({ sources, refs: [ref], directory, receiptFile, concurrency: Number(concurrency), clock: systemClock, hashing: nodeHashing }));
tell(times);
process.exit(0);
