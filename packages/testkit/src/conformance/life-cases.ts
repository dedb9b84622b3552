import assert from 'node:assert/strict';
import type { ConformanceArea } from './conformance-case.ts';
import { collect, eventually, readWhole, refOf, sameBytes, within } from './reading.ts';

export const lifeCases: ConformanceArea = {
  area: 'a source',
  cases: [
    {
      title: 'has a name and a provider',
      run: async ({ source }) => {
        assert(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(source.name), source.name);
        assert(/^[a-z][a-z0-9-]*$/.test(source.provider), source.provider);
      },
    },
    {
      title: 'sends nothing before it is called',
      needs: ['requestCount'],
      run: async (stage) => {
        const before = stage.control('requestCount')();
        await stage.anotherSource();
        assert.equal(stage.control('requestCount')(), before);
      },
    },
    {
      title: 'closes, and closes again',
      run: async (stage) => {
        const source = await stage.anotherSource();
        await within(5000, 'close', source.close());
        await within(5000, 'close', source.close());
      },
    },
    {
      title: 'closes after it was used',
      when: { open: 'supported' },
      run: async (stage) => {
        const source = await stage.anotherSource();
        await readWhole(source, refOf(stage.sizeable));
        await within(5000, 'close', source.close());
      },
    },
    {
      title: 'that is closed leaves other sources of its account alone',
      when: { open: 'supported', list: 'supported' },
      run: async (stage) => {
        const source = await stage.anotherSource();
        await collect(source.list(stage.world.documents.id));
        await source.close();
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'that is closed leaves no connection in use',
      when: { open: 'supported' },
      needs: ['openConnections'],
      run: async (stage) => {
        const source = await stage.anotherSource();
        await readWhole(source, refOf(stage.sizeable));
        await source.close();
        const open = stage.control('openConnections');
        await eventually(`${open()} connections are still open`, () => open() === 0);
      },
    },
    {
      title: 'logs what it does, and no credential and no signed link',
      when: { list: 'supported', stat: 'supported', open: 'supported' },
      needs: ['loggedText'],
      run: async (stage) => {
        const { source, world } = stage;
        await collect(source.list(world.documents.id));
        await readWhole(source, refOf(stage.sizeable));
        await stage.fails('not-found', () => source.stat(world.missingFile));
        if (source.capabilities.linkFile.support !== 'unsupported') await source.link(refOf(stage.sizeable));
        const text = stage.control('loggedText')();
        assert(text.includes('source.list') && text.includes('source.stat.failed'), 'the calls are not in the log');
        stage.checkNothingLeaks(text);
      },
    },
    {
      title: 'logs no refused credential either',
      when: { list: 'supported' },
      needs: ['loggedText', 'createSourceWithWrongCredentials'],
      run: async (stage) => {
        const source = await stage.sourceWithWrongCredentials();
        await stage.fails('unauthenticated', () => collect(source.list(stage.world.documents.id)));
        stage.checkNothingLeaks(stage.control('loggedText')());
      },
    },
  ],
};
