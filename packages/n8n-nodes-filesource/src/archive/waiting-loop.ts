import { FileSourceError } from '@filesource/core';
import type { IConnections, IExecuteFunctions } from 'n8n-workflow';

/** True inside of an agent: n8n makes a second type of a node that is usable as a tool. */
export function isTool(context: IExecuteFunctions): boolean {
  return context.getNode().type.endsWith('Tool');
}

/**
 * Throws `invalid-argument` unless the first output, Waiting, leads back to the node.
 * - n8n tells a node which others come after it, and not by which output; where its workflow can be read, exactly that is looked at.
 */
export function requireWaitingLoop(context: IExecuteFunctions): void {
  const { name } = context.getNode();
  const connections = connectionsOf(context);
  const loops = connections === undefined ? context.getChildNodes(name).some((child) => context.getParentNodes(name).some((parent) => parent.name === child.name)) : leadsBack(connections, name);
  if (loops) return;
  throw new FileSourceError('invalid-argument', 'the output Waiting does not lead back to the input of this node', {
    advice: 'Connect it to the input of this node, directly or by way of other nodes: n8n goes on there when it has waited.',
  });
}

function connectionsOf(context: IExecuteFunctions): IConnections | undefined {
  const { workflow } = context as { readonly workflow?: { readonly connectionsBySourceNode?: IConnections } };
  return workflow?.connectionsBySourceNode;
}

function leadsBack(connections: IConnections, name: string): boolean {
  const seen = new Set<string>();
  const next = (connections[name]?.['main']?.[0] ?? []).map(({ node }) => node);
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    if (node === name) return true;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const output of connections[node]?.['main'] ?? []) next.push(...(output ?? []).map((connection) => connection.node));
  }
  return false;
}
