import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The URL of the module that `import` of a name or a path would load from a folder.
 * - Throws what Node throws when there is none.
 */
export function resolveFrom(specifier: string, folder: string): string {
  if (specifier.startsWith('file:')) return specifier;
  const found = /^([./]|[A-Za-z]:[\\/])/.test(specifier) ? undefined : resolveEsm(specifier, folder);
  return pathToFileURL(found ?? createRequire(join(folder, 'config.js')).resolve(specifier)).href;
}

/** `require.resolve` does not see packages that only `import` may load, so their `exports` are read here. */
function resolveEsm(specifier: string, folder: string): string | undefined {
  const [, name, subpath = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  for (let above = folder; ; above = dirname(above)) {
    const root = join(above, 'node_modules', name);
    const manifest = readManifest(join(root, 'package.json'));
    if (manifest !== undefined) {
      const target = targetOf(manifest['exports'], `.${subpath}`);
      return target === undefined ? undefined : join(root, target);
    }
    if (dirname(above) === above) return undefined;
  }
}

function targetOf(exports: unknown, key: string): string | undefined {
  if (typeof exports === 'string') return key === '.' ? exports : undefined;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const bySubpath = Object.keys(exports).some((name) => name.startsWith('.'));
  const target = bySubpath ? (exports as Record<string, unknown>)[key] : key === '.' ? exports : undefined;
  return byCondition(target);
}

function byCondition(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (Array.isArray(target)) return target.map(byCondition).find((found) => found !== undefined);
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = byCondition(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readManifest(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
