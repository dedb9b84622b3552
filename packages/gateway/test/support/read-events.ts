import type { World } from './gateway.ts';

export interface OperationEvent {
  readonly id: string;
  readonly event: string;
  readonly data: OperationFacts;
}

export interface OperationFacts {
  readonly id: string;
  readonly state: string;
  readonly percent: number | null;
  readonly bytes: number;
  readonly totalBytes: number | null;
  readonly token: string | null;
  readonly error: { readonly kind: string } | null;
  readonly receipt: string | null;
  readonly content: string | null;
  readonly expires: string | null;
}

/** All events of an operation, until the gateway ends the stream. */
export async function readEvents(world: World, id: string, init: Parameters<World['get']>[1] = {}): Promise<OperationEvent[]> {
  const response = await world.get(`/v1/operations/${id}/events`, init);
  if (response.headers.get('content-type') !== 'text/event-stream') throw new Error(`no events: ${response.status}`);
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '' && !block.startsWith(':'));
  return blocks.map((block) => {
    const fields = Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
    return { id: fields['id'] ?? '', event: fields['event'] ?? '', data: JSON.parse(fields['data'] ?? '') as OperationFacts };
  });
}
