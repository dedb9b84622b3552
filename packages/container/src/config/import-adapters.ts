import { isAdapterDescriptor, type AdapterDescriptor } from '@filesource/core';
import type { Problem } from './problem.ts';
import { resolveFrom } from './resolve-package.ts';

/**
 * The adapters that a config names, imported from its folder.
 * - A package that is not found from there is also looked for from here, where a globally installed program keeps its own.
 */
export async function importAdapters(names: readonly string[], folder: string): Promise<{ readonly adapters: readonly AdapterDescriptor[]; readonly problems: readonly Problem[] }> {
  const adapters: AdapterDescriptor[] = [];
  const problems: Problem[] = [];
  for (const [index, name] of names.entries()) {
    const path = ['adapters', index];
    const what = JSON.stringify(name);
    try {
      const found = descriptorsIn(await importFrom(name, folder));
      if (found.length === 0) problems.push({ path, what: `${what} exports no adapter; expected what defineAdapter of @filesource/core returns` });
      adapters.push(...found);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
      problems.push({ path, what: missing ? `${what} is not found; install it beside the config file, or write ./ before a file` : `${what} cannot be loaded (${code ?? (error as Error).name})` });
    }
  }
  return { adapters, problems };
}

async function importFrom(name: string, folder: string): Promise<Record<string, unknown>> {
  let url: string;
  try {
    url = resolveFrom(name, folder);
  } catch (error) {
    if (name.startsWith('.') || name.startsWith('/')) throw error;
    url = name;
  }
  return (await import(url)) as Record<string, unknown>;
}

function descriptorsIn(module: Record<string, unknown>): readonly AdapterDescriptor[] {
  const exported = [module['default'], ...Object.values(module)];
  const inner: unknown = module['default'];
  if (typeof inner === 'object' && inner !== null && !isAdapterDescriptor(inner)) exported.push(...Object.values(inner));
  return [...new Set(exported.filter(isAdapterDescriptor))];
}
