import { createRequire } from 'node:module';

interface OwnPackage {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** Our `package.json`: one folder up, from the build and from the bundle alike. */
export function ownPackage(): OwnPackage {
  return createRequire(import.meta.url)('../package.json') as OwnPackage;
}
