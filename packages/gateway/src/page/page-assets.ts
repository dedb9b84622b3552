import { FileSourceError } from '@filesource/core';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** A file of the page, ready to be sent. */
export interface PageAsset {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer;
}

export interface PageAssets {
  readonly html: PageAsset;
  /** Changes with the content of any file, so what is below it never changes. */
  readonly hash: string;
  readonly files: ReadonlyMap<string, PageAsset>;
}

// The same places from `src/page` and from `dist/page`: both lie two folders below the package.
const here = new URL('../../', import.meta.url);
const compiledClient = new URL('dist/page/client/', here);
const written = new URL('src/page/', here);

/** The files of the page from the package. Throws `unexpected` when the client has not been built. */
export function readPageAssets(): PageAssets {
  const files = new Map<string, PageAsset>([['style.css', asset('text/css; charset=utf-8', readFileSync(new URL('style.css', written)))]]);
  for (const path of scriptPaths()) files.set(path, asset('text/javascript; charset=utf-8', readFileSync(new URL(path, compiledClient))));
  const hash = hashOf(files);
  return { html: asset('text/html; charset=utf-8', Buffer.from(pageHtml(hash, [...files.keys()]))), hash, files };
}

function scriptPaths(): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(compiledClient, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw notBuilt(cause);
  }
  const scripts = names.map((name) => name.replaceAll('\\', '/')).filter((name) => name.endsWith('.js'));
  if (!scripts.includes('main.js')) throw notBuilt();
  return scripts.sort();
}

function notBuilt(cause?: unknown): FileSourceError {
  return new FileSourceError('unexpected', 'the page of the gateway is not built: dist/page/client/main.js of @filesource/gateway is missing', {
    advice: 'In the repository run "npm run build"; a package from the registry brings it along.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function asset(mediaType: string, bytes: Buffer): PageAsset {
  return { mediaType, bytes, gzipped: gzipSync(bytes) };
}

function hashOf(files: ReadonlyMap<string, PageAsset>): string {
  const hash = createHash('sha256');
  for (const [path, { bytes }] of files) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex').slice(0, 16);
}

/** All modules are asked for at once; otherwise the browser finds them import by import. */
function pageHtml(hash: string, paths: readonly string[]): string {
  const assets = `/page/${hash}`;
  const preloads = paths.filter((path) => path.endsWith('.js') && path !== 'main.js').map((path) => `<link rel="modulepreload" href="${assets}/${path}">`);
  const template = readFileSync(new URL('page.html', written), 'utf8');
  return template.replaceAll('{{assets}}', assets).replace('{{preloads}}', preloads.join('\n    '));
}
