import { FileSourceError, okFinding, runAhead, type FileSource, type Finding } from '@filesource/core';
import type { FileSources } from '@filesource/container';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { folderFindings } from './doctor/folder-findings.ts';
import { machineFindings } from './doctor/machine-findings.ts';
import { exitCodeOfFindings, showFindings, showSummary } from './doctor/show-findings.ts';
import { about, type SourceFinding } from './doctor/source-finding.ts';

/** Folders of one source that are looked at together. */
const foldersAtOnce = 8;

export interface DoctorOptions {
  readonly to?: string;
  readonly json?: boolean;
}

interface Target {
  readonly source: FileSource;
  readonly folders: readonly string[];
}

/** Checks this machine, the config, and each source; what is wrong is said with what to do. */
export async function doctor(context: CliContext, targets: readonly string[], options: DoctorOptions): Promise<ExitCode> {
  const json = options.json === true;
  const { out } = context;
  const machine = about(null, await machineFindings(context.io, context.path(options.to ?? '.')));
  const opened = await openSources(context);
  const first = [...machine, opened.finding];
  await showFindings(out, 'This machine', first, json);
  // All at once, told in order: each waits for a vendor of its own.
  const running = opened.sources === undefined ? [] : targetsOf(opened.sources, targets).map((target) => ({ ...target, findings: findingsOf(target, context.signal) }));
  void Promise.allSettled(running.map(({ findings }) => findings));
  const all: SourceFinding[] = [...first];
  for (const { source, findings } of running) {
    const found = await findings;
    await showFindings(out, `${source.name} (${source.provider})`, found, json);
    all.push(...found);
  }
  if (!json) await showSummary(out, all);
  return exitCodeOfFindings(all);
}

async function openSources(context: CliContext): Promise<{ readonly finding: SourceFinding; readonly sources?: FileSources }> {
  try {
    const sources = await context.sources();
    return { finding: { source: null, ...okFinding('config', `${await context.configPath()} is valid`) }, sources };
  } catch (error) {
    if (!FileSourceError.is(error, 'config-invalid')) throw error;
    const advice = error.advice ?? 'Put right what is named; "filesource config schema" tells an editor what is allowed.';
    return { finding: { source: null, check: 'config', status: 'failed', message: error.message, advice } };
  }
}

/** Each source once, with the folders that were named; none named means all of them. */
function targetsOf(sources: FileSources, texts: readonly string[]): readonly Target[] {
  if (texts.length === 0) return sources.all().map((source) => ({ source, folders: [] }));
  const folders = new Map<string, string[]>();
  for (const text of texts) {
    const [, name = text, folder] = /^([^:]*):(.+)$/s.exec(text) ?? [];
    folders.set(name, [...(folders.get(name) ?? []), ...(folder === undefined ? [] : [folder])]);
  }
  return [...folders].map(([name, named]) => ({ source: sources.get(name), folders: named }));
}

async function findingsOf({ source, folders }: Target, signal: AbortSignal): Promise<readonly SourceFinding[]> {
  const findings = [...(await source.diagnose({ signal }))];
  const look = (folder: string, inner: AbortSignal): Promise<readonly Finding[]> => folderFindings(source, folder, inner);
  for await (const { result } of runAhead(folders, { run: look, most: foldersAtOnce, signal })) findings.push(...(await result));
  return about(source.name, findings);
}
