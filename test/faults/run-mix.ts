import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemPorts, type FileSources } from '@filesource/container';
import { FileSourceError } from '@filesource/core';
import { fetchArchive, pull, type Receipt } from '@filesource/transfer';
import { watchClientSockets } from '../conformance/client-sockets.ts';
import { findProblems, type Outcome } from './check.ts';
import { fastClock, pace } from './fast-clock.ts';
import type { Mix } from './mix.ts';
import { handlesLeft, openHandles } from './open-handles.ts';
import { createStage, longMs, shortMs, type Stage } from './stage.ts';
import type { Expected } from './world.ts';

export interface MixResult {
  readonly problems: readonly string[];
  /** `complete`, `incomplete`, or the kind of the error that ended it. */
  readonly ending: string;
  /** Kinds of the errors in the receipt. */
  readonly rowKinds: readonly string[];
  readonly strikes: readonly string[];
  readonly ms: number;
}

/** Far above what all attempts of all files can take together within their time-outs. */
const hangMs = 60_000;
const { hashing } = systemPorts();

/** Runs one mix against servers of its own, and looks at all that it leaves. */
export async function runMix(mix: Mix): Promise<MixResult> {
  const before = await openHandles();
  const result = await runOnStage(mix);
  return { ...result, problems: [...result.problems, ...(await handlesLeft(before))] };
}

async function runOnStage(mix: Mix): Promise<MixResult> {
  const started = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'filesource-faults-'));
  const stage = await createStage(mix.stage);
  const sockets = watchClientSockets();
  const timersBefore = timers();
  try {
    const { refs, expected } = selection(mix, stage);
    stage.faults.set(mix.faults, mix.seed);
    const outcome = await attempt(mix, stage, refs, directory, shortMs);
    const strikes = stage.faults.strikes.map(({ kind }) => kind);
    stage.faults.set([]);
    const problems = [...(await findProblems(mix, expected, outcome, directory)), ...(await leaks(stage, sockets, timersBefore))];
    const isHealthy = outcome.receipt?.complete === true;
    if (!isHealthy && strikes.length === 0) problems.push(...(await withTime(mix, stage, refs)));
    if (!isHealthy && mix.job === 'pull') problems.push(...(await pullAgain(mix, stage, refs, directory, expected)));
    const rowKinds = (outcome.receipt?.files ?? []).flatMap(({ error }) => (error === undefined ? [] : [error.kind]));
    const ending = outcome.receipt === undefined ? (FileSourceError.is(outcome.error) ? outcome.error.kind : 'unknown') : isHealthy ? 'complete' : 'incomplete';
    return { problems, ending, rowKinds, strikes, ms: performance.now() - started };
  } finally {
    sockets.stop();
    await stage.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function selection(mix: Mix, stage: Stage): { readonly refs: readonly string[]; readonly expected: readonly Expected[] } {
  const folders = mix.folders.map((name) => stage.folder(name));
  if (mix.onlyFiles === undefined) return { refs: folders.map(({ ref }) => ref), expected: folders.flatMap(({ files }) => files) };
  const expected = folders.flatMap(({ files }) => files).slice(-mix.onlyFiles);
  return expected.length === 0 ? { refs: folders.map(({ ref }) => ref), expected } : { refs: expected.map(({ ref }) => ref), expected };
}

async function attempt(mix: Mix, stage: Stage, refs: readonly string[], directory: string, timeoutMs: number): Promise<Outcome> {
  const sources = await stage.connect(timeoutMs);
  const tooLong = new AbortController();
  const timer = setTimeout(() => tooLong.abort(new Error(`it hung for ${hangMs} ms`)), hangMs);
  try {
    return { receipt: await fetchAll(mix, sources, refs, directory, tooLong.signal) };
  } catch (error) {
    return { error: tooLong.signal.aborted ? tooLong.signal.reason : error };
  } finally {
    clearTimeout(timer);
    await sources.close();
  }
}

function fetchAll(mix: Mix, sources: FileSources, refs: readonly string[], directory: string, signal: AbortSignal): Promise<Receipt> {
  const common = { refs, clock: fastClock, hashing, signal };
  if (mix.job === 'pull') return pull({ ...common, sources, directory, by: mix.by });
  const to = mix.job === 'archive-file' ? { file: join(directory, 'archive.zip') } : { directory };
  return fetchArchive({ ...common, source: sources.get('files'), to, timeoutMs: 1000 * pace, idleTimeoutMs: shortMs });
}

/** What failed can be had once nothing goes wrong any more, from where it stopped. */
async function pullAgain(mix: Mix, stage: Stage, refs: readonly string[], directory: string, expected: readonly Expected[]): Promise<readonly string[]> {
  const again = await attempt(mix, stage, refs, directory, longMs);
  const problems = await findProblems(mix, expected, again, directory);
  if (again.receipt?.complete !== true) return [...problems, `a second pull without faults does not complete it: ${describe(again)}`];
  return problems.map((problem) => `after a second pull: ${problem}`);
}

/** A machine that is busy enough reaches short time-outs by itself; where nothing went wrong, more time has to be enough. */
async function withTime(mix: Mix, stage: Stage, refs: readonly string[]): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'filesource-faults-'));
  const outcome = await attempt(mix, stage, refs, directory, longMs);
  await rm(directory, { recursive: true, force: true });
  return outcome.receipt?.complete === true ? [] : [`nothing went wrong, and yet: ${describe(outcome)}`];
}

function describe({ receipt, error }: Outcome): string {
  if (receipt === undefined) return String(error);
  return JSON.stringify(receipt.files.filter(({ status }) => status !== 'ok').map(({ ref, error: why }) => `${ref} ${why?.kind}: ${why?.message}`).slice(0, 3));
}

/** Sockets and timers that outlive their sources. */
async function leaks(stage: Stage, sockets: { readonly inUse: number }, timersBefore: number): Promise<readonly string[]> {
  const found = (): readonly string[] => [
    ...(sockets.inUse > 0 ? [`${sockets.inUse} requests are still open`] : []),
    ...(stage.openConnections() > 0 ? [`${stage.openConnections()} connections are still open after ${lastOf(stage)}`] : []),
    ...(timers() > timersBefore ? [`${timers() - timersBefore} timers are still set`] : []),
  ];
  for (let waited = 0; waited < 3000 && found().length > 0; waited += 10) await sleep(10, undefined, { ref: false });
  return found();
}

function lastOf({ requests }: Stage): string {
  return requests.slice(-4).map(({ method, url, status }) => `${method} ${url.split('?')[0]} ${status}`).join(', ');
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
