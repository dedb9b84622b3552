import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { INodeType } from 'n8n-workflow';
import { buildPackage } from '../../build.mjs';

export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
export const requireBuilt = createRequire(`${packageRoot}package.json`);

let building: ReturnType<typeof buildPackage> | undefined;

/** The package as it is published, built anew once for each file of tests. */
export function built(): ReturnType<typeof buildPackage> {
  return (building ??= buildPackage());
}

/** A node as n8n's loader makes it. */
export async function builtNode(name: 'FileSource' | 'FileSourceTrigger'): Promise<INodeType> {
  await built();
  const exported = requireBuilt(`./dist/nodes/${name}/${name}.node.js`) as Record<string, new () => INodeType>;
  const Node = exported[name];
  if (Node === undefined) throw new Error(`dist has no ${name}`);
  return new Node();
}
