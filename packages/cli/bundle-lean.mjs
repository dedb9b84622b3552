import { readFile } from 'node:fs/promises';
import { quickMime } from './bundle-mime.mjs';

/**
 * Parts of libraries, and of ours, that every start reads although hardly one uses them: the end of the file, what stands there, and what
 * takes its place.
 */
const edits = [
  // Node loads its fetch, 30 ms of it, for whoever looks at this name.
  ['axios/lib/utils.js', "const FormDataCtor = typeof G.FormData !== 'undefined' ? G.FormData : undefined;", 'const FormDataCtor = { [Symbol.hasInstance]: (thing) => thing instanceof G.FormData };'],
  ['axios/lib/adapters/adapters.js', "import httpAdapter from './http.js';", "const httpAdapter = async (config) => (await import('./http.js')).default(config);"],
  ['axios/lib/adapters/adapters.js', "import * as fetchAdapter from './fetch.js';", "const fetchAdapter = { getFetch: (config) => async (request) => (await import('./fetch.js')).getFetch(config)(request) };"],
  // Bodies that are forms; ours are texts.
  ['axios/lib/platform/node/classes/FormData.js', "import FormData from 'form-data';\n\nexport default FormData;", 'export default undefined;'],
  // What it times, nobody reads; the other clock brings node:perf_hooks.
  ['axios/lib/core/dispatchRequest.js', "typeof performance !== 'undefined' && utils.isFunction(performance.now)", 'false'],
  // Commands that are programs of their own; ours are none.
  ['commander/lib/command.js', "const childProcess = require('node:child_process');", "const childProcess = { spawn: (...args) => require('node:child_process').spawn(...args) };"],
  // For archives that are made here.
  ['core/dist/archive/zip-stream.js', "import yazl from 'yazl';", "const yazl = { get ZipFile() { return require('yazl').ZipFile; } };"],
  // Its index takes 5 ms, for sources whose vendor tells no media type.
  ['core/dist/media-type.js', "import mime from 'mime';", "const mime = { getType: (name) => require('mime').default.getType(name) };"],
  // For containers of hosts; the command line has none.
  ['container/dist/index.js', "export { fileSourcesModule } from './file-sources-module.js';", ''],
];

/** Modules of Node that bring many others along, and that most commands never call. */
const lazy = ['node:dns', 'node:fs/promises', 'node:https', 'node:module', 'node:os', 'node:tls', 'node:worker_threads', 'node:zlib', 'os', 'readline'];

/**
 * Makes the bundle start faster without changing what it does.
 * - Fails when a text of {@link edits} is no longer there, so that a new version is looked at.
 */
export const lean = {
  name: 'lean',
  setup(build) {
    // Nothing here asks for messages in another language, and nobody else gets this zod.
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';", loader: 'js' }));
    build.onLoad({ filter: /[\\/]mime[\\/]dist[\\/]src[\\/]index\.js$/ }, () => ({ contents: quickMime('./Mime.js'), loader: 'js' }));
    const left = new Set(edits);
    build.onLoad({ filter: /\.js$/, namespace: 'file' }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const edit of edits) {
        const [file, from, to] = edit;
        if (!path.replaceAll('\\', '/').endsWith(`/${file}`) || !contents.includes(from)) continue;
        contents = contents.replace(from, () => to);
        left.delete(edit);
      }
      // So that esbuild sees what of zod is used.
      return { contents: contents.replace("import { z } from 'zod';", "import * as z from 'zod';"), loader: 'js' };
    });
    build.onEnd(() => {
      for (const [file] of left) throw new Error(`${file} has changed: look at what bundle-lean.mjs says of it`);
    });
    build.onResolve({ filter: new RegExp(`^(${lazy.join('|')})$`) }, ({ path, namespace }) => (namespace === 'lazy' ? { path, external: true } : { path, namespace: 'lazy' }));
    build.onLoad({ filter: /./, namespace: 'lazy' }, async ({ path }) => ({ contents: lazyModule(path, Object.keys(await import(path))), loader: 'js' }));
  },
};

/** A module that loads another when one of its names is first used. */
function lazyModule(path, names) {
  return `let loaded;
const load = () => (loaded ??= require('${path}'));
for (const name of ${JSON.stringify(names.filter((name) => name !== 'default'))}) Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });`;
}
