// Knows no adapter at all: the config names the package, and the package brings the provider.
import { createFileSources, nodeHashing, systemClock } from '@filesource/container';
import { pull } from '@filesource/transfer';

// #region third-party
const sources = await createFileSources({ config: 'filesource.yaml' });
const plans = sources.get('plans');
for (const { check, status } of await plans.diagnose()) console.log(check, status);
for await (const entry of plans.list('.')) console.log(entry.kind, entry.ref, entry.name);
const receipt = await pull({ sources, refs: ['plans:.'], directory: 'copy', clock: systemClock, hashing: nodeHashing });
for (const { status, path } of receipt.files) console.log(status, path);
console.log(receipt.complete ? 'complete' : 'incomplete', receipt.totals.ok, 'files');
await sources.close();
// #endregion
