// Puts the command line into few files: hundreds of small modules take longer to find and read than to run.
//   node packages/cli/bundle.mjs
// - Core and zod are inside: both know what another copy of them made, which is what the gateway, MCP and adapters of others bring.
// - Parts are CommonJS, since V8 keeps the compiled code of that only (bin/code-cache.js). esbuild splits ESM only, so it is turned afterwards.
// - What it holds is in the stamp beside it, so that a bundle which is older than the build is never run.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { lean } from './bundle-lean.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const outdir = join(here, 'bundle');
const bundled = ['core', 'packages/cli', 'packages/container', 'packages/http', 'packages/transfer', 'packages/telemetry', 'packages/sandbox', 'adapters/onoffice', 'adapters/onlyoffice'];
const minified = { minifySyntax: true, minifyWhitespace: true, target: 'node20', logLevel: 'warning' };

/** What only one command needs, and what brings files along. */
const outside = {
  name: 'outside',
  setup: ({ onResolve }) => onResolve({ filter: /^@filesource\/(gateway|gateway\/settings|mcp|sandbox)$/ }, ({ path }) => ({ path, external: true })),
};

const { outputFiles } = await build({
  ...minified,
  entryPoints: { main: join(here, 'dist/main.js') },
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  legalComments: 'none',
  write: false,
  plugins: [outside, lean],
});

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
const id = createHash('sha256');
for (const { path, text } of outputFiles) {
  const part = await toPart(text);
  id.update(part);
  writeFileSync(join(outdir, basename(path)), part);
}
writeFileSync(join(outdir, 'package.json'), '{"type":"commonjs"}\n');
const built = bundled.map((path) => join(root, path, 'dist/.tsbuildinfo')).map((file) => [relative(outdir, file), statSync(file).mtimeMs]);
writeFileSync(join(outdir, 'stamp.json'), JSON.stringify({ id: id.digest('hex').slice(0, 16), built }));

/**
 * A part as a function of `exports`, `module`, `require`, `importFromPart` and `urlOfPart`, as bin/run-bundle.js calls it.
 * - Code that V8 has kept must not say `import()`: it no longer knows from where.
 */
async function toPart(text) {
  const own = withPlainLinks(text).replace(/(?<![\w$.])import\(/g, 'importFromPart(').replaceAll('import.meta.url', 'urlOfPart()');
  const { code } = await transform(own, { ...minified, format: 'cjs', platform: 'node' });
  // ASCII only, which Node reads fastest; esbuild leaves regular expressions as they are, and there too an escape means the same.
  const ascii = code.replace(/[^\0-\x7F]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `(function (exports, module, require, importFromPart, urlOfPart) {${ascii}\n})`;
}

/**
 * What parts take from each other, as constants: esbuild would make each look at it a call of two getters, of which a small file has dozens.
 * - A constant keeps what a name stood for once its part had run, so a name that changes later is refused.
 */
function withPlainLinks(text) {
  const [, before, exported = ''] = /^(.*?)(?:export\{([^{}]*)\};?\s*)?$/s.exec(text);
  const pairs = exported.split(',').filter((pair) => pair !== '').map((pair) => pair.split(' as '));
  for (const [name] of pairs) {
    const own = name.replaceAll('$', '\\$');
    const changes = [...before.matchAll(new RegExp(`(?<![\\w$.])${own}(=(?!=|>)|\\+\\+|--|[-+*/%&|^?]{1,2}=)|(\\+\\+|--)${own}(?![\\w$])`, 'g'))];
    const isConstant = changes.length === 0 || (changes.length === 1 && /(\b(var|let|const) |,)$/.test(before.slice(0, changes[0].index)));
    if (!isConstant) throw new Error(`a part of the bundle exports ${name}, which changes`);
  }
  const imports = before
    .replace(/(?<=^|[;\n])import\{([^{}]*)\}from"(\.\/[^"]+)";/g, (_, names, path) => `const{${names.replaceAll(' as ', ':')}}=require("${path}");`)
    .replace(/(?<=^|[;\n])import"(\.\/[^"]+)";/g, 'require("$1");');
  return `${imports}module.exports={${pairs.map(([name, as = name]) => `${as}:${name}`).join(',')}};`;
}
