import assert from 'node:assert/strict';
import { parseOperationToken, type Archive, type FileSource, type Operation } from '@filesource/core';
import type { ConformanceArea } from './conformance-case.ts';
import { readArchive } from './read-archive.ts';
import { collect, sha256, sorted, within } from './reading.ts';
import type { Stage } from './stage.ts';

const patienceMs = 30_000;

async function begin(source: FileSource, stage: Stage): Promise<{ readonly operation: Operation<Archive>; readonly token: string }> {
  const operation = await source.archive([stage.world.documents.id], { needsToken: true });
  const { token } = operation;
  assert(token !== null, 'an operation that can be attached to has a token');
  return { operation, token };
}

async function holdsDocuments(stage: Stage, archive: Archive): Promise<void> {
  const { files } = await readArchive(await archive.open());
  assert.deepEqual(sorted(files.map(({ bytes }) => sha256(bytes))), sorted(stage.world.documents.files.map(({ bytes }) => sha256(bytes))));
  assert.deepEqual(sorted(archive.items.map(({ ref }) => ref.file ?? '')), sorted(stage.world.documents.files.map(({ id }) => id)));
}

export const attachCases: ConformanceArea = {
  area: 'an operation that another process takes over',
  when: { archive: 'supported' },
  cases: [
    {
      title: 'has no token where that is unsupported, and is refused before it starts when one is needed',
      when: { archiveAttach: 'unsupported' },
      run: async (stage) => {
        const { token } = await stage.source.archive([stage.world.documents.id]);
        assert.equal(token, null);
        await stage.fails('unsupported', () => stage.source.archive([stage.world.documents.id], { needsToken: true }), { operation: 'archive' });
      },
    },
    {
      title: 'has a token that is one word, and holds no credential, no link and no name',
      when: { archiveAttach: 'native' },
      run: async (stage) => {
        const { token } = await begin(stage.source, stage);
        assert(/^[\w-]{10,30000}$/.test(token), token);
        stage.checkNothingLeaks(token);
        const { handle, ...said } = parseOperationToken(token);
        stage.checkNothingLeaks(JSON.stringify({ ...said, handle }));
      },
    },
    {
      title: 'goes on although the source that began it is closed',
      when: { archiveAttach: 'native' },
      run: async (stage) => {
        const first = await stage.anotherSource();
        const { token } = await begin(first, stage);
        await first.close();
        const operation = await stage.source.attach(token);
        await holdsDocuments(stage, await within(patienceMs, 'the operation', operation.result()));
      },
    },
    {
      title: 'shows how far it is, and ends as it would have ended',
      when: { archiveAttach: 'native' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const { token } = await begin(await stage.anotherSource(), stage);
        const operation = await stage.source.attach(token);
        const seen = await within(patienceMs, 'the operation', collect(operation.watch()));
        assert.equal(seen[0]?.status, 'running');
        assert.equal(seen.at(-1)?.status, 'succeeded');
        await holdsDocuments(stage, await operation.result());
      },
    },
    {
      title: 'can be found again after its end was seen, by the token that it has then',
      when: { archiveAttach: 'native' },
      run: async (stage) => {
        const { operation } = await begin(stage.source, stage);
        await within(patienceMs, 'the operation', operation.result());
        const again = await (await stage.anotherSource()).attach(operation.token ?? '');
        await holdsDocuments(stage, await within(patienceMs, 'the operation', again.result()));
      },
    },
    {
      title: 'can be cancelled by who took it over',
      when: { archiveAttach: 'native', archiveCancel: 'native' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const { token } = await begin(await stage.anotherSource(), stage);
        const operation = await stage.source.attach(token);
        await operation.cancel();
        await stage.fails('aborted', () => within(patienceMs, 'the operation', operation.result()));
      },
    },
    {
      title: 'is refused as invalid-argument, and nothing is sent, when its token is none, is cut or was changed',
      when: { archiveAttach: 'native' },
      needs: ['requestCount'],
      run: async (stage) => {
        const { token, operation } = await begin(stage.source, stage);
        await within(patienceMs, 'the operation', operation.result());
        const before = stage.control('requestCount')();
        const changed = `${token.slice(0, -6)}${token.at(-6) === 'A' ? 'B' : 'A'}${token.slice(-5)}`;
        for (const text of ['', 'fsop_', 'fsop_none', token.slice(0, -3), changed, `${token}AA`, 'https://example.com/?token=1']) {
          await stage.fails('invalid-argument', () => stage.source.attach(text), { operation: 'attach' });
        }
        assert.equal(stage.control('requestCount')(), before);
      },
    },
  ],
};
