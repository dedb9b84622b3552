// Puts the command line into few files: hundreds of small modules take longer to find and read than to run. What it holds is in the stamp
// beside it, so that a bundle which is older than the build is never run.
//   node packages/cli/bundle.mjs
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const outdir = join(here, 'bundle');
const bundled = ['packages/cli', 'packages/container', 'packages/http', 'packages/transfer', 'packages/telemetry', 'adapters/onoffice', 'adapters/onlyoffice'];

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: [join(here, 'dist/main.js')],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  // Adapters of others share core and zod with us; the rest is loaded by its own command only, or brings files along.
  external: ['@filesource/core', 'zod', '@filesource/gateway', '@filesource/mcp', '@filesource/sandbox'],
  banner: { js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);" },
  logLevel: 'warning',
});
mkdirSync(outdir, { recursive: true });
const built = bundled.map((path) => join(root, path, 'dist/.tsbuildinfo'));
writeFileSync(join(outdir, 'stamp.json'), JSON.stringify(built.map((file) => [relative(outdir, file), statSync(file).mtimeMs])));
