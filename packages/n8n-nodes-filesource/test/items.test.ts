import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { smallFiles } from '@filesource/sandbox';
import type { INodeType, NodeOperationError } from 'n8n-workflow';
import { mostItemsAtOnce } from '../src/items-at-once.ts';
import { builtNode } from './support/built.ts';
import { binaryStore, type BinaryStore } from './support/n8n-helpers.ts';
import { NodeHost, storedOf, type HostOptions } from './support/node-host.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

const count = 40;
const large = Buffer.alloc(8 * 1024 * 1024, 'twelve bytes');
const indexes = Array.from({ length: count }, (_, index) => index);

let node: INodeType;
let sandboxes: Sandboxes;
/** Items that have asked for their ref. */
let begun: Set<number>;

beforeAll(async () => {
  node = await builtNode('FileSource');
});
beforeEach(async () => {
  sandboxes = await startSandboxes();
  begun = new Set();
});
afterEach(() => sandboxes.close());

/** A run of so many items, each with a ref of its own. */
function host(provider: string, operation: string, refs: readonly string[], options: Partial<HostOptions> = {}): NodeHost {
  const ref = (index: number): string => {
    begun.add(index);
    return refs[index] ?? '';
  };
  return new NodeHost({ parameters: { provider, operation, ref, language: '', returnAll: true }, credentials: sandboxes.credentials, items: refs.length, ...options });
}

async function failureOf(running: Promise<unknown>): Promise<NodeOperationError> {
  return running.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: NodeOperationError) => error,
  );
}

function addressFiles(): readonly string[] {
  return smallFiles(count, { size: 5000 }).map((document) => `77/${sandboxes.onOffice.store.addresses.addFile(77, document).id}`);
}

function appointmentFiles(): readonly string[] {
  return smallFiles(count, { size: 5000 }).map((document) => `88/${sandboxes.onOffice.store.appointments.addFile(88, document).id}`);
}

/** Named `0.txt` and so on by their items; those of `isLarge` come in many chunks. */
function portalFiles(isLarge: (index: number) => boolean = () => false): readonly string[] {
  return indexes.map((index) => `101/${sandboxes.onlyOffice.store.addFile(101, { title: `${index}.txt`, content: isLarge(index) ? large : `content of ${index}` }).id}`);
}

interface Storing {
  readonly store: BinaryStore;
  /** Names of files that are being stored. */
  readonly now: Set<string>;
  /** In the order in which they were stored, or given up. */
  readonly ended: string[];
  readonly givenUp: Set<string>;
  /** Resolves when the store is done with that file, however. */
  end(name: string): Promise<void>;
}

/** A store that tells what it does; `before` is awaited before it takes the file of that name. */
function watchedStore(before: (name: string, storing: Storing) => Promise<void> | void = () => undefined, onFirstChunk?: () => void): Storing {
  const take = binaryStore(onFirstChunk);
  const storing: Storing = {
    now: new Set(),
    ended: [],
    givenUp: new Set(),
    end: async (name) => {
      while (!storing.ended.includes(name)) await wait(5);
    },
    store: async (data, name = '', mediaType) => {
      storing.now.add(name);
      try {
        await before(name, storing);
        return await take(data, name, mediaType);
      } catch (error) {
        storing.givenUp.add(name);
        throw error;
      } finally {
        storing.now.delete(name);
        storing.ended.push(name);
      }
    },
  };
  return storing;
}

/** Nothing is stored any more, and the vendor is asked for nothing. */
async function expectOver({ exchanges }: NodeHost, { now }: Storing): Promise<void> {
  const { asked, unanswered } = exchanges;
  expect([unanswered, [...now]]).toEqual([0, []]);
  // The vendor may still hear of what was asked before: its own count would tell more.
  while (sandboxes.onlyOffice.openConnections > 0) await wait(10);
  expect([exchanges.asked, [...now]]).toEqual([asked, []]);
}

describe('many items', () => {
  test('come out in their order, each with its own bytes, in whatever order they were done', async () => {
    const refs = addressFiles();
    const files = sandboxes.onOffice.store.addresses.files(77) ?? [];
    const first = files[0]?.document.name ?? '';
    const others = files.slice(1);
    const storing = watchedStore(async (name, { end }) => {
      if (name === first) for (const { document } of others) await end(document.name);
    });
    const [items = []] = await host('onoffice-address', 'download', refs, { store: storing.store }).run(node);
    expect(storing.ended.at(-1)).toBe(first);
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(indexes.map((item) => ({ item })));
    for (const [index, item] of items.entries()) {
      const sha256 = createHash('sha256').update(files[index]?.document.bytes() ?? '').digest('hex');
      expect([item.json['ref'], storedOf(item).sha256]).toEqual([`onoffice-address:${refs[index]}`, sha256]);
    }
  });

  test('run a bounded number at once', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let most = 0;
    const storing = watchedStore(async (_name, { now }) => {
      most = Math.max(most, now.size);
      await released;
    });
    const running = host('onoffice-address', 'download', addressFiles(), { store: storing.store }).run(node);
    while (storing.now.size < mostItemsAtOnce) await wait(10);
    expect(begun.size).toBe(mostItemsAtOnce);
    release();
    const [items] = await running;
    expect([items?.length, most]).toEqual([count, mostItemsAtOnce]);
  });

  test.each([
    ['onlyoffice', portalFiles],
    ['onoffice-appointment', appointmentFiles],
  ])('are all asked for together, as far as they run: %s', async (provider, refsOf) => {
    const running = host(provider, 'download', refsOf());
    await running.run(node);
    expect(running.exchanges.most).toBe(mostItemsAtOnce);
  });

  test.each([
    ['download', 2],
    ['getInfo', 1],
    ['getLink', 1],
    ['list', 1],
  ])('of onOffice share requests: %s', async (operation, requestsEach) => {
    const files = addressFiles();
    const refs = operation === 'list' ? files.map(() => '77') : files;
    const [items] = await host('onoffice-address', operation, refs).run(node);
    expect(items).toHaveLength(operation === 'list' ? count * count : count);
    expect(sandboxes.onOffice.requests.length).toBeLessThan((count * requestsEach) / 3);
  });

  test('give failures in the places of their items where the node goes on', async () => {
    const refs = portalFiles().map((ref, index) => (index % 3 === 1 ? `101/9000${index}` : ref));
    const [items = []] = await host('onlyoffice', 'getInfo', refs, { continueOnFail: true }).run(node);
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual(indexes.map((item) => ({ item })));
    for (const [index, { json }] of items.entries()) expect(json).toMatchObject(index % 3 === 1 ? { kind: 'not-found', ref: `onlyoffice:101/9000${index}` } : { name: `${index}.txt` });
  });
});

describe('a failure', () => {
  /** Item 1 fails while item 2 is stored; the others wait until 2 was given up. */
  const failing = (first: () => void): Storing => {
    let flows: () => void = () => undefined;
    const flowing = new Promise<void>((resolve) => (flows = resolve));
    return watchedStore(
      async (name, { end }) => {
        if (name === '2.txt') return;
        if (name === '1.txt') {
          await flowing;
          throw new Error('no space left');
        }
        await end('2.txt');
        if (name === '0.txt') first();
      },
      () => flows(),
    );
  };

  test('ends the run after the items before it: those behind it are given up, no other one begins, and nothing goes on', async () => {
    const storing = failing(() => undefined);
    const running = host('onlyoffice', 'download', portalFiles((index) => index === 2), { store: storing.store });
    const error = await failureOf(running.run(node));
    expect([error.name, error.message, error.context['itemIndex']]).toEqual(['NodeOperationError', 'no space left', 1]);
    expect(storing.ended.indexOf('0.txt')).toBeGreaterThan(storing.ended.indexOf('2.txt'));
    expect([storing.givenUp.has('0.txt'), storing.givenUp.has('2.txt')]).toEqual([false, true]);
    expect(begun.size).toBe(mostItemsAtOnce);
    await expectOver(running, storing);
  });

  test('of an item before it counts in its place, though it comes later', async () => {
    const storing = failing(() => {
      throw new Error('the disk is gone');
    });
    const running = host('onlyoffice', 'download', portalFiles((index) => index === 2), { store: storing.store });
    const error = await failureOf(running.run(node));
    expect([error.message, error.context['itemIndex']]).toEqual(['the disk is gone', 0]);
    await expectOver(running, storing);
  });
});

test.each([false, true])('a stopped execution ends with all that runs, and with nothing else (goes on after failures: %s)', async (continueOnFail) => {
  const refs = portalFiles(() => true).map((ref, index) => (index === 0 && continueOnFail ? '101/424242' : ref));
  const storing: Storing = watchedStore(undefined, () => running.stop.abort());
  const running: NodeHost = host('onlyoffice', 'download', refs, { store: storing.store, continueOnFail });
  const error = await failureOf(running.run(node));
  expect(error.context['fileSource']).toMatchObject({ kind: 'aborted' });
  expect(begun.size).toBeLessThanOrEqual(mostItemsAtOnce + 1);
  expect([...storing.givenUp]).toEqual(storing.ended);
  await expectOver(running, storing);
});
