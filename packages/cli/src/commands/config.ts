import type { AdapterDescriptor } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { countText } from '../render/values.ts';

/** Builds every source, which checks all that can be checked without sending anything. */
export async function checkConfig(context: CliContext, options: { readonly json?: boolean }): Promise<ExitCode> {
  const path = await context.configPath();
  const all = [...(await context.sources()).all()];
  const { loadConfig } = await import('@filesource/container');
  const { ignored } = await loadConfig({ config: path, adapters: await context.adapters(), env: context.io.env, sections: context.sections });
  if (options.json === true) {
    await context.out.line(jsonLine({ config: path, sources: all.map(({ name, provider }) => ({ name, provider })), ignored }));
    return exitCodes.done;
  }
  await context.out.line(`${safeText(path)}: ${context.out.style('green', 'good')}, ${countText(all.length, 'source')}`);
  for (const { name, provider } of all) await context.out.line(`  ${safeText(name)} (${safeText(provider)})`);
  for (const setting of ignored) await context.out.line(`  ${safeText(setting)} is of another provider and ignored`);
  return exitCodes.done;
}

export async function printSchema(context: CliContext): Promise<ExitCode> {
  const { configJsonSchema, sectionSchemas } = await import('@filesource/container');
  await context.out.line(JSON.stringify(configJsonSchema(await knownAdapters(context), await sectionSchemas(context.sections)), undefined, 2));
  return exitCodes.done;
}

/** Ours, and those that a config names; a config that cannot be loaded is no reason to keep the schema back. */
async function knownAdapters(context: CliContext): Promise<readonly AdapterDescriptor[]> {
  const [{ findConfig, loadConfig }, adapters] = await Promise.all([import('@filesource/container'), context.adapters()]);
  const { config: given } = context.settings;
  const config = given === undefined ? await findConfig(context.io.cwd) : context.path(given);
  if (config === undefined) return adapters;
  try {
    return (await loadConfig({ config, adapters, env: context.io.env, sections: context.sections })).adapters;
  } catch (error) {
    if (given !== undefined) throw error;
    return adapters;
  }
}
