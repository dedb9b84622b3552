import { createFileSources, describeProviders, loadConfig, readConfigText, withSource } from '@filesource/container';
import { FileSourceError, type AdapterDescriptor } from '@filesource/core';
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { safeText } from '../render/safe-text.ts';
import { exitCodeOfFindings, showFindings } from './doctor/show-findings.ts';
import { about } from './doctor/source-finding.ts';
import { askDraft, type DraftRequest } from './init/ask-draft.ts';
import { isGivenUp, createAsker, type Asker } from './init/asker.ts';
import { adaptersFor, checkable, findTarget, type ConfigTarget } from './init/config-target.ts';
import type { Draft } from './init/draft.ts';
import { checkFlags, flagDraft } from './init/flag-draft.ts';
import { unsetVariables, withPlaceholders } from './init/variables.ts';
import { writeConfig, writeSecretFiles } from './init/write-files.ts';

export interface InitOptions {
  readonly provider?: string;
  readonly name?: string;
  readonly set?: readonly string[];
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** Writes a source into a config, and tries its connection. Asks where there is somebody to ask. */
export async function init(context: CliContext, options: InitOptions): Promise<ExitCode> {
  try {
    return await run(context, options);
  } catch (error) {
    if (!isGivenUp(error)) throw error;
    context.err.tell('filesource: interrupted, nothing was written');
    return exitCodes.interrupted;
  }
}

async function run(context: CliContext, options: InitOptions): Promise<ExitCode> {
  const target = await findTarget(context);
  const adapters = await adaptersFor(context, target);
  const ask = askerOf(context, options);
  const request: DraftRequest = {
    providers: describeProviders(adapters),
    provider: options.provider,
    name: options.name,
    set: options.set ?? [],
    taken: options.force === true ? [] : target.sourceNames,
    env: context.io.env,
    exists: async (path) => (await stat(isAbsolute(path) ? path : resolve(target.folder, path)).catch(() => undefined)) !== undefined,
  };
  checkFlags(request);
  const draft = ask === undefined ? flagDraft(request, options.yes === true ? [] : ['--yes (there is no terminal to ask on)']) : await askDraft(ask, request);
  const text = withSource(target.text, { name: draft.name, provider: draft.provider.name, settings: draft.settings }, { format: target.format, where: target.where, replace: options.force === true });
  if (ask !== undefined && !(await confirmed(context, ask, target, draft))) throw new FileSourceError('aborted', 'nothing was written');
  await write(context, target, draft, text, adapters);
  await context.out.line(`${safeText(target.where)} has a source ${draft.name} (${draft.provider.name})${draft.holdsSecret ? ', and a secret in it: readable for you only' : ''}`);
  for (const { path } of draft.secretFiles) await context.out.line(`${safeText(path)} holds a secret: readable for you only`);
  return tryConnection(context, target, draft, text, adapters);
}

/** Questions go to standard error, so that what is printed stays apart. */
function askerOf({ io, signal }: CliContext, { yes }: InitOptions): Asker | undefined {
  if (yes === true || io.stdin?.isTTY !== true || io.stderr.isTTY !== true) return undefined;
  return createAsker({ input: io.stdin, output: io.stderr, signal });
}

async function confirmed(context: CliContext, ask: Asker, { where }: ConfigTarget, draft: Draft): Promise<boolean> {
  const secrets = new Set(draft.provider.settings.filter(({ type }) => type === 'secret').map(({ name }) => name));
  const isShown = (name: string, value: unknown): boolean => !secrets.has(name) || /^(\$\{\w+\}|file:.*)$/s.test(String(value));
  context.err.tell(`  ${draft.name}:`);
  context.err.tell(`    provider: ${draft.provider.name}`);
  for (const [name, value] of Object.entries(draft.settings)) context.err.tell(`    ${name}: ${isShown(name, value) ? safeText(typeof value === 'string' ? value : JSON.stringify(value)) : '[secret]'}`);
  return ask.confirm(`Write this to ${where}?`, true);
}

/** Only a config that loads is written; secret files are there before, since loading reads them, and go again when it fails. */
async function write(context: CliContext, target: ConfigTarget, draft: Draft, text: string, adapters: readonly AdapterDescriptor[]): Promise<void> {
  const undo = await writeSecretFiles(draft.secretFiles, target.folder);
  try {
    const data = readConfigText(text, target.format, target.where);
    const env = { ...context.io.env, ...draft.variables };
    await loadConfig(checkable(data, target, adapters, withPlaceholders(unsetVariables(data, env), env)));
    await writeConfig(target.file, text, draft.holdsSecret);
  } catch (error) {
    await undo();
    throw error;
  }
}

async function tryConnection(context: CliContext, target: ConfigTarget, draft: Draft, text: string, adapters: readonly AdapterDescriptor[]): Promise<ExitCode> {
  const { out } = context;
  const config = relative(context.io.cwd, target.file);
  const flag = config === 'filesource.yaml' ? '' : `--config ${safeText(config)} `;
  const env = { ...context.io.env, ...draft.variables };
  const unset = unsetVariables(draft.settings, env);
  for (const name of unsetVariables(draft.settings, context.io.env)) await out.line(`next: set the environment variable ${name}`);
  if (unset.length > 0) {
    await out.line(`next: filesource ${flag}doctor ${draft.name}    tries the connection then`);
    return exitCodes.done;
  }
  const data = readConfigText(text, target.format, target.where) as { readonly sources: Readonly<Record<string, unknown>> };
  const onlyThis = { ...data, sources: { [draft.name]: data.sources[draft.name] } };
  const opened = await createFileSources({ ...checkable(onlyThis, target, adapters, env), ...(context.io.ports === undefined ? {} : { ports: context.io.ports }) });
  try {
    const findings = about(draft.name, await opened.get(draft.name).diagnose({ signal: context.signal }));
    await showFindings(out, `${draft.name} (${draft.provider.name})`, findings, false);
    const exitCode = exitCodeOfFindings(findings);
    await out.line(exitCode === exitCodes.done ? `next: filesource ${flag}list ${draft.name}:FOLDER    with the id of a folder` : `next: put that right, then filesource ${flag}doctor ${draft.name}`);
    return exitCode;
  } finally {
    await opened.close();
  }
}
