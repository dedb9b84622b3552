// The files of many addresses, one request an address, eight at a time.
import { argv } from 'node:process';
import { createHash } from 'node:crypto';
import { eachAtOnce } from './each-at-once.mjs';
import { callOnOffice } from './onoffice-call.mjs';

const { account, ids } = JSON.parse(argv[2]);
const names = [];
const startMs = performance.now();
const startCpu = process.cpuUsage();
await eachAtOnce(ids, 8, async (addressid) => {
  for (const { elements } of await callOnOffice(account, { addressid, listlimit: 100, listoffset: 0 })) names.push(elements.name);
});
const wallMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(startCpu);
process.stdout.write(`${JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, names: createHash('sha256').update(JSON.stringify(names.sort())).digest('hex') })}\n`);
