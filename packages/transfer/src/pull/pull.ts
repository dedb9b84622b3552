import { toFileSourceError, type FileSourceError } from '@filesource/core';
import { createThereCheck } from '../local/are-there.ts';
import { lockDirectory } from '../local/directory-lock.ts';
import { eitherOf } from '../local/either-of.ts';
import { lastingPartName, sweepParts } from '../local/own-names.ts';
import { TargetDirectory } from '../local/target-directory.ts';
import { createReceipt, type Receipt } from '../receipt.ts';
import { writeReceipt } from '../write-receipt.ts';
import { Journal } from './journal.ts';
import { createPlan, type Plan } from './plan.ts';
import { checkPullOptions, type PullOptions } from './pull-options.ts';
import { PullRun, type Look, type Place } from './pull-run.ts';
import { receiptRows } from './rows.ts';
import { SmallFiles } from './small-files.ts';

/**
 * Fetches files, and all files of folders with the folders in them, below one directory: `<source>/<folder id>/<names>`.
 * - A file that fails becomes a row of the receipt, and the others go on.
 * - Throws what no other file can escape (`unauthenticated`, `config-invalid`, a full or read-only disk, an abort), after the receipt is
 *   written; throws `invalid-argument` and `target-failed` before any vendor is asked.
 * - A file has its final name only when it is whole; one from an earlier pull stays until then.
 * - A pull that was killed or left files out is carried on by the next one: only what is missing is fetched.
 * - Throws `conflict` while another pull writes to the directory.
 */
export async function pull(options: PullOptions): Promise<Receipt> {
  if (options.dryRun === true) return listOnly(options);
  const { hashing, directory } = options;
  const { started, plan } = begin(options);
  const target = await TargetDirectory.prepare(directory);
  const lock = await lockDirectory(target.path, { signal: options.signal });
  try {
    const journal = await Journal.open(target);
    await sweepParts(target.path, { keep: new Set(journal.partPaths.map((path) => lastingPartName(path, hashing))) });
    const run = await fetchAll({ ...options, signal: eitherOf(lock.lost, options.signal) }, plan, { target, journal });
    let receipt: Receipt | undefined;
    try {
      const isAllIn = createThereCheck(target, () => receiptRows(plan.groups, false).filter(({ status }) => status === 'ok'));
      const displaced = await target.sync(isAllIn).then(() => undefined, toFileSourceError);
      receipt = await finish(options, started, plan, run, displaced);
    } finally {
      // After the receipt: as long as that is not safe, the journal is what tells that everything is there.
      await journal.close(receipt === undefined ? 'broken' : receipt.complete ? 'complete' : 'incomplete');
    }
    // Parts of files that the vendor has no more.
    if (receipt.complete) await sweepParts(target.path, { keep: new Set() });
    return receipt;
  } finally {
    await lock.release();
  }
}

async function fetchAll(options: PullOptions, plan: Plan, place: Omit<Place, 'smallFiles'>): Promise<PullRun> {
  const smallFiles = new SmallFiles({ ...place, hashing: options.hashing });
  try {
    return await execute(options, plan, { ...place, smallFiles });
  } finally {
    await smallFiles.close();
  }
}

/** What a dry run does; `look` sees every file. */
export async function listOnly(given: PullOptions, look?: Look): Promise<Receipt> {
  const options = { ...given, dryRun: true };
  const { started, plan } = begin(options);
  return finish(options, started, plan, await execute(options, plan, undefined, look));
}

function begin(options: PullOptions): { readonly started: string; readonly plan: Plan } {
  checkPullOptions(options);
  const started = new Date(options.clock.now()).toISOString();
  const plan = createPlan(options);
  return { started, plan };
}

async function execute(options: PullOptions, plan: Plan, place?: Place, look?: Look): Promise<PullRun> {
  const run = new PullRun(options, place, look);
  const path = place?.journal.damaged;
  if (path !== undefined) run.emit({ type: 'journal-damaged', path });
  await run.execute(plan);
  return run;
}

async function finish(options: PullOptions, started: string, plan: Plan, run: PullRun, displaced?: FileSourceError): Promise<Receipt> {
  const { clock, dryRun = false, directory, receiptFile } = options;
  const receipt = createReceipt({
    operation: 'pull',
    started,
    finished: new Date(clock.now()).toISOString(),
    directory,
    ...(dryRun ? { dryRun: true as const } : {}),
    files: receiptRows(plan.groups, dryRun),
  });
  // What is proven of files that are elsewhere by now is no receipt.
  if (displaced !== undefined) run.end(displaced);
  else if (receiptFile !== undefined) await writeReceipt(receipt, receiptFile).catch((error: unknown) => run.end(toFileSourceError(error)));
  run.emit({ type: 'done', complete: receipt.complete && displaced === undefined, totals: receipt.totals });
  await run.heard();
  if (run.failure !== undefined) throw run.failure;
  return receipt;
}
