import type { FlowNode } from './runtime.ts';

const tab: FlowNode = { id: 'tab', type: 'tab', label: 'test' };
const at = { z: 'tab', x: 100, y: 100 };

/** One node of ours between a start that messages are sent to directly, an end for each output, and a Catch node. */
export function flowAround(worker: Readonly<Record<string, unknown>> & { readonly type: string }, source: FlowNode): readonly FlowNode[] {
  return [
    tab,
    source,
    { ...at, source: source.id, ...worker, id: 'worker', wires: [['end'], ['lacking']] },
    end('end'),
    end('lacking'),
    { ...at, id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    end('caught'),
  ];
}

function end(id: string): FlowNode {
  return { ...at, id, type: 'debug', active: false, tosidebar: false, complete: 'payload', targetType: 'msg', wires: [] };
}
