#!/usr/bin/env node
import { readFileSync, statSync } from 'node:fs';

/** True for a bundle that no later build has made stale; where the builds are not there, as in the published package, nothing can be later. */
function isBundleFresh() {
  const bundle = new URL('../bundle/', import.meta.url);
  try {
    const stamp = JSON.parse(readFileSync(new URL('stamp.json', bundle), 'utf8'));
    return stamp.every(([path, mtimeMs]) => (statSync(new URL(path, bundle), { throwIfNoEntry: false })?.mtimeMs ?? mtimeMs) === mtimeMs);
  } catch {
    return false;
  }
}

await import(isBundleFresh() ? '../bundle/main.mjs' : '../dist/main.js');
