#!/usr/bin/env node
// CommonJS, which Node starts faster.
'use strict';
const { readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

const bundle = join(__dirname, '../bundle');

/** The stamp of a bundle that no later build has made stale; where the builds are not there, as in the published package, nothing can be later. */
function freshStamp() {
  try {
    const stamp = JSON.parse(readFileSync(join(bundle, 'stamp.json'), 'utf8'));
    const isFresh = stamp.built.every(([path, mtimeMs]) => (statSync(join(bundle, path), { throwIfNoEntry: false })?.mtimeMs ?? mtimeMs) === mtimeMs);
    return isFresh ? stamp : undefined;
  } catch {
    return undefined;
  }
}

const stamp = freshStamp();
if (stamp === undefined) void import('../dist/main.js');
else require('./run-bundle.js').runBundle(bundle, stamp.id);
