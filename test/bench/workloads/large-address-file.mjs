import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bytesOf } from '../lib/bytes.mjs';
import { filesource, writeConfig } from '../lib/filesource.mjs';
import { checkPull } from '../lib/trees.mjs';
import { startVendor } from '../lib/vendor.mjs';

const MiB = 2 ** 20;
const blockBytes = 3 * 2 ** 18;
const seed = 5;

/** The bytes that the scripted vendor sends: one block, again and again. */
function digestOf(size) {
  const block = bytesOf(seed, blockBytes);
  const hash = createHash('sha256');
  for (let start = 0; start < size; start += blockBytes) hash.update(block.subarray(0, Math.min(blockBytes, size - start)));
  return hash.digest('hex');
}

async function prepare(world) {
  const size = world.size(200, 4) * MiB;
  const { requests, ...account } = await startVendor(world, 'onoffice', { content: { size, seed } });
  await writeConfig(world.home, { contacts: { provider: 'onoffice-address', ...account, maxContentBytes: 256 * MiB } });
  return { expected: new Map([['large.bin', digestOf(size)]]), receipt: join(world.home, 'receipt.json'), requests };
}

export const workload = {
  order: 9,
  name: 'large-address-file',
  title: 'one address file of 200 MiB (base64 in JSON), peak memory',
  needs: ['bash'],
  mostRounds: 3,
  goals: [{ kind: 'most', metric: 'peakMiB', limit: 150 }],
  prepare,
  check: checkPull,
  contestants: {
    ours: {
      title: 'filesource pull',
      run: ({ stage, place, measure }) => measure(filesource('pull', 'contacts:1', '--to', place, '--receipt', stage.receipt)),
    },
  },
};
