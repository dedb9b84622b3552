import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adapterOf, eachAction, envelope, errorOf, failure, files, idsOf, listOf, result, startScriptedServer, type ScriptedServer, type SentAction } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const numbers = (count: number): string[] => Array.from({ length: count }, (_none, index) => String(index + 1));
const totals = { total: (all: number) => all, null: () => null, zero: () => 0, 'rows of the page': (_all: number, rows: number) => rows };

const modes = [
  ['page by page', false],
  ['with pages asked for before their turn', true],
] as const;

describe.each(['onoffice-address', 'onoffice-appointment'] as const)('listing of %s', (provider) => {
  describe.each(modes)('%s', (_mode, readAhead) => {
    test.each([99, 101, 250, 600, 601, 3456])('gives each of %i files once', async (count) => {
      server.onApi = listOf(files(count));
      await expect(idsOf(adapterOf(server, provider), '7', { readAhead })).resolves.toEqual(numbers(count));
    });

    test('goes on by the rows received when the vendor cuts the page to any size', async () => {
      server.onApi = listOf(files(450), { most: 30 });
      await expect(idsOf(adapterOf(server, provider), '7', { readAhead })).resolves.toEqual(numbers(450));
    });
  });

  describe.each(Object.entries(totals))('with cntabsolute as %s', (_name, total) => {
    test.each([0, 1, 19, 20, 21, 99, 100, 101, 200, 250])('gives each of %i files once', async (count) => {
      server.onApi = listOf(files(count), { total });
      await expect(idsOf(adapterOf(server, provider), '7')).resolves.toEqual(numbers(count));
    });

    test('goes on by the rows received when the vendor cuts the page to 20', async () => {
      server.onApi = listOf(files(45), { total, most: 20 });
      await expect(idsOf(adapterOf(server, provider), '7')).resolves.toEqual(numbers(45));
    });
  });

  test.each(['null', 'zero'] as const)('goes on by the rows received when the vendor cuts the page to any size, and cntabsolute is %s', async (total) => {
    server.onApi = listOf(files(130), { total: totals[total], most: 50 });
    await expect(idsOf(adapterOf(server, provider), '7')).resolves.toEqual(numbers(130));
  });

  test('takes small pages one by one', async () => {
    server.onApi = listOf(files(7));
    await expect(idsOf(adapterOf(server, provider), '7', { pageSize: 3 })).resolves.toEqual(numbers(7));
    expect(server.exchanges.map(({ actions }) => actions[0]?.parameters['listoffset'])).toEqual([0, 3, 6]);
  });
});

describe('a long list', () => {
  const offsets = (): unknown[] => server.exchanges.map(({ actions }) => actions.map(({ parameters }) => [parameters['listoffset'], parameters['listlimit']]));
  const from = (first: number, count: number): unknown[] => Array.from({ length: count }, (_none, index) => [first + 100 * index, 100]);

  test('comes with five actions in a request, once it is known how long it is', async () => {
    server.onApi = listOf(files(1234));
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '7')).resolves.toEqual(numbers(1234));
    expect(offsets()).toEqual([from(0, 1), from(100, 5), from(600, 5), from(1100, 2)]);
  });

  test('comes with the pages that follow in the same request, where it is read to its end', async () => {
    server.onApi = listOf(files(4321));
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead: true })).resolves.toEqual(numbers(4321));
    expect(server.exchanges.map(({ actions }) => actions.length).slice(0, 2)).toEqual([1, 25]);
    // Ten, one after another.
    expect(server.exchanges.length).toBeLessThan(8);
    const asked = server.exchanges.flatMap(({ actions }) => actions.map(({ parameters }) => parameters['listoffset']));
    expect(asked.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 44 }, (_none, index) => 100 * index));
  });

  test('is not read ahead for one file of it', async () => {
    server.onApi = listOf(files(3456));
    await adapterOf(server, 'onoffice-address').stat({ folder: '7', file: '300' }, {});
    expect(server.exchanges.map(({ actions }) => actions.length)).toEqual([1, 5]);
  });

  test('comes in pages of the size that was asked for', async () => {
    server.onApi = listOf(files(500));
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '7', { pageSize: 150 })).resolves.toEqual(numbers(500));
    expect(offsets()).toEqual([[[0, 100]], [[100, 100], [200, 50]], [[250, 100], [350, 50]], [[400, 100]], [[500, 100]]]);
  });

  test.each(modes)('loses nothing and gives nothing twice, whatever comes in place of the further actions of a request, %s', async (_mode, readAhead) => {
    const faults = {
      none: (action: SentAction, whole: unknown) => whole,
      failure: (action: SentAction) => failure(action, 999),
      short: (action: SentAction) => result(action, files(7, Number(action.parameters['listoffset']) + 1), 1234),
      'another page': (action: SentAction) => result(action, files(100, 1), 1234),
      'another total': (action: SentAction) => result(action, files(100, Number(action.parameters['listoffset']) + 1), 1300),
      empty: (action: SentAction) => result(action, [], 1234),
      'no data': (action: SentAction) => result(action, [], 0, { data: null }),
      nothing: () => undefined,
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...(Object.keys(faults) as (keyof typeof faults)[])), { minLength: 20, maxLength: 20 }), async (plan) => {
        const left = [...plan];
        server.onApi = ({ actions }) => {
          const { body } = listOf(files(1234))({ headers: {}, token: '', actions }) as { body: { response: { results: unknown[] } } };
          const results = body.response.results.map((whole, index) => (index === 0 || actions[index] === undefined ? whole : faults[left.pop() ?? 'none'](actions[index], whole)));
          return envelope(results.filter((one) => one !== undefined));
        };
        expect(await idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead })).toEqual(numbers(1234));
      }),
      { numRuns: 40 },
    );
  });
});

describe.each(modes)('a list that is not what it seems, %s', (_mode, readAhead) => {
  test('ends when the vendor ignores listoffset and all files are there', async () => {
    server.onApi = listOf(files(100), { ignoresOffset: true });
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead })).resolves.toEqual(numbers(100));
    expect(server.exchanges).toHaveLength(2);
  });

  test.each([null, 250])('is an error and no gap when the vendor ignores listoffset and there may be more (cntabsolute %s)', async (total) => {
    server.onApi = listOf(files(250), { ignoresOffset: true, total: () => total });
    expect(await errorOf(idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead }))).toMatchObject({ kind: 'vendor-protocol' });
    expect(server.exchanges.length).toBeLessThan(4);
  });

  test('is an error when the vendor announces more files than it lists', async () => {
    server.onApi = listOf(files(3), { total: () => 9 });
    const error = await errorOf(idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead }));
    expect(error.kind).toBe('vendor-protocol');
    expect(error.message).toContain('9');
  });

  test('loses no file when one that was listed is deleted between two pages', async () => {
    let all = files(150);
    server.onApi = (exchange) => {
      if (server.exchanges.length === 2) all = all.slice(3);
      return listOf(all)(exchange);
    };
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead })).resolves.toEqual(numbers(150));
  });

  test('gives no file twice when new ones come in at the front', async () => {
    let all = files(150);
    server.onApi = (exchange) => {
      if (server.exchanges.length === 2) all = [...files(2, 900), ...all];
      return listOf(all)(exchange);
    };
    const ids = await idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(numbers(150)));
  });

  test('is begun again when its order changed between two pages', async () => {
    server.onApi = (exchange) => {
      const turn = server.exchanges.length % 260;
      return listOf([...files(260).slice(turn), ...files(260).slice(0, turn)])(exchange);
    };
    const ids = await idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead });
    expect(ids).toHaveLength(260);
    expect(new Set(ids)).toEqual(new Set(numbers(260)));
  });

  test('drops a file that comes twice in one page', async () => {
    server.onApi = eachAction((action) => result(action, [...files(2), ...files(2)], 4));
    server.onApi = eachAction((action) => result(action, [...files(2), ...files(1)], 2));
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead })).resolves.toEqual(numbers(2));
  });

  test('is an error when a file has no usable id', async () => {
    server.onApi = eachAction((action) => result(action, [{ id: 'downloadUrl' }]));
    expect((await errorOf(adapterOf(server, 'onoffice-address').listPage('7', {}))).kind).toBe('vendor-protocol');
  });

  test('loses nothing that stays and gives nothing twice, whenever files come in front or go', async () => {
    const change = fc.record({ at: fc.integer({ min: 1, max: 12 }), by: fc.integer({ min: 1, max: 30 }), from: fc.integer({ min: 0, max: 900 }) });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(change, { maxLength: 3 }), async (shrinks, changes) => {
        let all = files(1234);
        let answers = 0;
        let newest = 10_000;
        server.onApi = (exchange) => {
          answers += 1;
          for (const { at, by, from } of changes) {
            if (at !== answers) continue;
            all = shrinks ? [...all.slice(0, from), ...all.slice(from + by)] : [...files(by, newest), ...all];
            newest += by;
          }
          return listOf(all)(exchange);
        };
        const ids = await idsOf(adapterOf(server, 'onoffice-address'), '7', { readAhead });
        expect(new Set(ids).size).toBe(ids.length);
        const left = new Set(all.map(({ id }) => String(id)));
        expect(numbers(1234).filter((id) => left.has(id) && !ids.includes(id))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a cursor', () => {
  test('is enough to go on elsewhere, and knows what was listed', async () => {
    server.onApi = listOf(files(150));
    const first = await adapterOf(server, 'onoffice-address').listPage('7', {});
    const second = await adapterOf(server, 'onoffice-address').listPage('7', first.cursor === undefined ? {} : { cursor: first.cursor });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(numbers(150));
    expect(first.total).toBe(150);
    expect(second.cursor).toBeUndefined();
  });

  test.each(['', '100', 'v2', 'v1.7.100.1.150.0.1.1', 'v2.7.x.100.150.0.100.1', 'v2.8.100.1.150.0.1.1', 'v2.7.100.1.150.0.1.0', 'v2.7.0100.1.150.0.1.1', 'v2.7.100.1.150.0.1.-1', 'v2.7.100.1.150.0.1.1.0', 'v2.7.100.1.150.0.1.1~'])('is parsed strictly: %j is none', async (cursor) => {
    expect((await errorOf(adapterOf(server, 'onoffice-address').listPage('7', { cursor }))).kind).toBe('invalid-argument');
    expect(server.exchanges).toHaveLength(0);
  });
});

describe('entries', () => {
  const entryOf = async (provider: 'onoffice-address' | 'onoffice-appointment', id: unknown, elements: unknown): Promise<unknown> => {
    server.onApi = ({ actions }) => envelope(actions.map((action) => result(action, [{ id: id as number, elements }])));
    return (await adapterOf(server, provider).listPage('7', {})).items[0];
  };

  test('of an address: the documented example', async () => {
    const elements = { type: 'Foto', name: 'Bild (1).png', originalname: 'anders.png', filename: '2024-uuid.png', fileSize: 165236, modified: 1725272069, date: '2024-09-02' };
    expect(await entryOf('onoffice-address', 1757, elements)).toEqual({ kind: 'file', folder: '7', id: '1757', name: 'Bild (1).png', size: 165236, mediaType: 'image/png', modified: new Date('2024-09-02T10:14:29Z'), validator: 'm1725272069-165236' });
  });

  test('of an appointment: the documented example, size as a text', async () => {
    const elements = { username: 'mustermann', filename: 'Bild1.png', fileSize: '168477', url: 'https://smart.onoffice.de/x?params=w4' };
    expect(await entryOf('onoffice-appointment', '3247', elements)).toEqual({ kind: 'file', folder: '7', id: '3247', name: 'Bild1.png', size: 168477, mediaType: 'image/png', modified: null, validator: null });
  });

  test.each([
    ['an array with one object', [{ name: 'a.txt', fileSize: '5' }], { name: 'a.txt', size: 5 }],
    ['an array of texts', ['a.txt'], { name: '1', size: null }],
    ['an empty array', [], { name: '1', size: null }],
    ['null', null, { name: '1', size: null, modified: null, validator: null }],
    ['empty texts', { name: '', originalname: null, filename: 'b.pdf', fileSize: '', modified: '', date: '2024-09-02' }, { name: 'b.pdf', size: null, modified: new Date('2024-09-02T00:00:00Z') }],
    ['numbers as texts', { name: 'c', modified: '1725272069', fileSize: 0 }, { name: 'c', size: 0, modified: new Date('2024-09-02T10:14:29Z') }],
    ['nonsense', { name: ['x'], fileSize: -1, modified: 'yesterday', date: '0000-00-00' }, { name: '1', size: null, modified: null }],
  ])('survive elements as %s', async (_name, elements, expected) => {
    expect(await entryOf('onoffice-address', 1, elements)).toMatchObject(expected);
  });
});

describe('a folder', () => {
  test.each([
    [files(3), 3],
    [files(120), 120],
    [[], 0],
  ])('knows its number of files', async (list, entryCount) => {
    server.onApi = listOf(list);
    for (const provider of ['onoffice-address', 'onoffice-appointment'] as const) {
      await expect(adapterOf(server, provider).stat({ folder: '1237' }, {})).resolves.toEqual({ kind: 'folder', id: '1237', name: '1237', modified: null, entryCount });
    }
  });
});
