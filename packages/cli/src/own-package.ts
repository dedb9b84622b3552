import { readFileSync } from 'node:fs';

interface OwnPackage {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** Our `package.json`: one folder up, from the build and from the bundle alike. */
export function ownPackage(): OwnPackage {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as OwnPackage;
}
