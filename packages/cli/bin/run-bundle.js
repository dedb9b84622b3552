'use strict';
const { readFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { openCodeCache } = require('./code-cache.js');

const commands = new Set(['archive', 'config', 'doctor', 'get', 'init', 'link', 'list', 'mcp', 'operation', 'pull', 'sandbox', 'serve', 'sources', 'stat', 'verify']);

/**
 * Runs the parts of a bundle, each when it is first needed.
 * - The code that V8 compiled is kept for the next run of the same command: compiling takes longer than running.
 * - `id` tells the bundle's text from any other.
 */
function runBundle(folder, id) {
  const command = process.argv.slice(2).find((text) => commands.has(text)) ?? 'other';
  const cache = openCodeCache(`${command}-${id}`);
  if (cache.isOld) cache.holdCode();
  let requireOfNode;
  const parts = new Map();
  const scripts = new Map();

  const run = (name) => {
    const known = parts.get(name);
    if (known !== undefined) return known.exports;
    const filename = join(folder, name);
    const cachedData = cache.get(name);
    const script = new vm.Script(readFileSync(filename, 'latin1'), { filename, cachedData });
    const isCached = cachedData !== undefined && script.cachedDataRejected === false;
    if (!isCached) cache.holdCode();
    scripts.set(name, { script, isCached });
    const part = { exports: {} };
    parts.set(name, part);
    script.runInThisContext()(part.exports, part, requireFromPart, importFromPart, () => pathToFileURL(filename).href);
    return part.exports;
  };
  const requireFromPart = (path) => {
    if (path.startsWith('./')) return run(basename(path));
    return process.getBuiltinModule(path) ?? (requireOfNode ??= require('node:module').createRequire(join(folder, 'main.js')))(path);
  };
  /** What `import()` is in a part. */
  const importFromPart = async (path) => (path.startsWith('./') ? run(basename(path)) : import(path));

  // At the end, when all that the command needs is compiled, and after everything was told.
  process.once('exit', (status) => {
    if (status === 0 && (cache.isOld || [...scripts.values()].some(({ isCached }) => !isCached))) cache.keep(() => [...scripts].map(([name, { script }]) => [name, script.createCachedData()]));
  });
  run('main.js');
}

module.exports = { runBundle };
