import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';

/** What a typed input (`name` and `nameType` of the node) gives for a message; `undefined` where it was left empty. */
export async function valueOf(RED: NodeAPI, node: Node, def: NodeDef, name: string, msg: NodeMessage): Promise<unknown> {
  const fields = def as unknown as Readonly<Record<string, unknown>>;
  const [value, type = 'str'] = [fields[name], fields[`${name}Type`]];
  if (typeof value !== 'string' || value === '' || typeof type !== 'string') return undefined;
  const result = await new Promise<unknown>((resolve, reject) => {
    RED.util.evaluateNodeProperty(value, type, node, msg, (error, found: unknown) => (error === null || error === undefined ? resolve(found) : reject(error)));
  });
  return result === '' || result === null ? undefined : result;
}
