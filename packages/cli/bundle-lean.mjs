import { readFile } from 'node:fs/promises';

/** Parts of libraries that are read at every start although hardly a start uses them, by the end of their file: what stands there, and what takes its place. */
const edits = [
  // Node loads its fetch, 30 ms of it, for whoever looks at this name.
  ['axios/lib/utils.js', "const FormDataCtor = typeof G.FormData !== 'undefined' ? G.FormData : undefined;", 'const FormDataCtor = { [Symbol.hasInstance]: (thing) => thing instanceof G.FormData };'],
  ['axios/lib/adapters/adapters.js', "import httpAdapter from './http.js';", "const httpAdapter = async (config) => (await import('./http.js')).default(config);"],
  ['axios/lib/adapters/adapters.js', "import * as fetchAdapter from './fetch.js';", "const fetchAdapter = { getFetch: (config) => async (request) => (await import('./fetch.js')).getFetch(config)(request) };"],
  // Bodies that are forms; ours are texts.
  ['axios/lib/platform/node/classes/FormData.js', "import FormData from 'form-data';\n\nexport default FormData;", 'export default undefined;'],
  // Commands that are programs of their own; ours are none.
  ['commander/lib/command.js', "const childProcess = require('node:child_process');", "const childProcess = { spawn: (...args) => require('node:child_process').spawn(...args) };"],
];

/**
 * Makes the bundle start faster without changing what it does: see {@link edits}.
 * - Fails when a library no longer has the text, so that a new version is looked at.
 */
export const lean = {
  name: 'lean',
  setup(build) {
    for (const file of new Set(edits.map(([name]) => name))) {
      const filter = new RegExp(`node_modules/${file.replaceAll('.', '\\.')}$`);
      build.onLoad({ filter }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [, from, to] of edits.filter(([name]) => name === file)) {
          if (!contents.includes(from)) throw new Error(`${file} has changed: look at what bundle-lean.mjs says of it`);
          contents = contents.replace(from, () => to);
        }
        return { contents, loader: 'js' };
      });
    }
    // Nothing here asks for messages in another language, and nobody else gets this zod.
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';", loader: 'js' }));
  },
};
