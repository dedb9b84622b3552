import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A script of this folder, in one file as the command line is, so that both start alike: finding and reading modules takes longer than running them. */
export async function bundled(path, directory) {
  const outfile = join(directory, basename(path));
  await build({
    entryPoints: [fileURLToPath(new URL(`../${path}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    // Of the libraries inside, some are CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return [process.execPath, outfile];
}
