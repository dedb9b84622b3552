// Builds what n8n loads into dist/: one bundle, and beside it the small files that n8n's loader looks for.
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const documentationUrl = 'https://filesource.invalid/n8n';
const icons = ['filesource.svg', 'filesource.dark.svg'];

/** Every exchange goes through n8n's helper: the bundle has no HTTP client that anything could fall back to. */
const withoutAxios = {
  name: 'without-axios',
  setup(build) {
    build.onResolve({ filter: /^axios$/ }, () => ({ path: 'axios', namespace: 'nothing' }));
    build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: "exports.create = () => { throw new Error('this bundle has no HTTP client of its own'); };" }));
  },
};

/**
 * Builds the package; gives the size of the bundle.
 * - Each file is written under another name first: two builds at once, or somebody who loads dist/ meanwhile, meet whole files only.
 */
export async function buildPackage() {
  const bundle = join(root, 'dist/filesource.js');
  const fresh = `${bundle}.${process.pid}.js`;
  await mkdir(join(root, 'dist'), { recursive: true });
  await write('dist/package.json', `${JSON.stringify({ type: 'commonjs' })}\n`);
  await build({
    entryPoints: [join(root, 'src/index.ts')],
    outfile: fresh,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The sources of our packages, so that no build of theirs can be stale.
    conditions: ['@filesource/source'],
    external: ['n8n-workflow'],
    plugins: [withoutAxios],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const { nodeProviders } = createRequire(import.meta.url)(fresh);
  await rename(fresh, bundle);
  const credentials = await writeCredentials(nodeProviders);
  await writeNodes();
  await listInPackage(credentials);
  return { bytes: (await stat(bundle)).size, credentials };
}

/** One credential for each provider, as TypeScript for n8n's lint and as what n8n loads. */
async function writeCredentials(providers) {
  const files = [];
  for (const { credential } of providers) {
    const { className, name, displayName, properties } = credential;
    const source = `import type { ICredentialType, INodeProperties } from 'n8n-workflow';

// eslint-disable-next-line @n8n/community-nodes/credential-test-required -- the nodes test it (testFileSource); their list of credentials is made from the providers, so this rule cannot read it
export class ${className} implements ICredentialType {
  name = ${JSON.stringify(name)};
  displayName = ${JSON.stringify(displayName)};
  icon = ${JSON.stringify({ light: `file:../nodes/FileSource/${icons[0]}`, dark: `file:../nodes/FileSource/${icons[1]}` })} as const;
  documentationUrl = ${JSON.stringify(documentationUrl)};
  properties: INodeProperties[] = ${JSON.stringify(properties, null, 2).replaceAll('\n', '\n  ')};
}
`;
    await write(`credentials/${className}.credentials.ts`, source);
    const { code } = await transform(source, { loader: 'ts', format: 'cjs' });
    await write(`dist/credentials/${className}.credentials.js`, code);
    files.push(`dist/credentials/${className}.credentials.js`);
  }
  for (const folder of ['credentials', 'dist/credentials']) await keepOnly(folder, providers);
  return files;
}

async function keepOnly(folder, providers) {
  const wanted = new Set(providers.map(({ credential }) => `${credential.className}.credentials`));
  for (const name of await readdir(join(root, folder))) {
    if (/\.credentials\.[jt]s$/.test(name) && !wanted.has(name.slice(0, -3))) await rm(join(root, folder, name));
  }
}

async function writeNodes() {
  for (const name of ['FileSource', 'FileSourceTrigger']) {
    const folder = `dist/nodes/${name}`;
    await write(`${folder}/${name}.node.js`, `'use strict';\nexports.${name} = require('../../filesource.js').${name};\n`);
    await cp(join(root, `nodes/${name}/${name}.node.json`), join(root, `${folder}/${name}.node.json`));
  }
  for (const icon of icons) await cp(join(root, 'nodes/FileSource', icon), join(root, 'dist/nodes/FileSource', icon));
}

/** n8n reads the credentials from the package file: a new adapter gets its line without a hand. */
async function listInPackage(credentials) {
  const file = join(root, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  if (JSON.stringify(manifest.n8n.credentials) === JSON.stringify(credentials)) return;
  manifest.n8n.credentials = credentials;
  await writeFile(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

async function write(path, text) {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, credentials } = await buildPackage();
  process.stdout.write(`dist/filesource.js ${Math.round(bytes / 1024)} KiB, ${credentials.length} credentials, 2 nodes\n`);
}
