import assert from 'node:assert/strict';
import type { SourceEntry } from '@filesource/core';
import type { ConformanceArea } from './conformance-case.ts';
import { listUntilEnd, refOf, sorted } from './reading.ts';
import type { Stage } from './stage.ts';
import type { KnownFile, KnownFolder } from './world.ts';

/** A listing of a vendor that misbehaves is complete, or fails by name; it is never short, and never says an entry twice and ends well. */
async function completeOrNamed(stage: Stage, folder: KnownFolder): Promise<void> {
  const { ids, error } = await listUntilEnd(stage.source.list(folder.id, { pageSize: stage.world.pageSize }));
  if (error === undefined) assert.deepEqual(sorted(ids), sorted(folder.files.map(({ id }) => id)), 'the listing ended well and is not complete');
  else stage.checkError(error, ['vendor-protocol', 'conflict'], { ref: { folder: folder.id } });
}

/** Lists a folder and changes it after the first page. */
async function listWhile(stage: Stage, folder: KnownFolder, change: (first: readonly SourceEntry[]) => Promise<void>): Promise<{ readonly ids: readonly string[]; readonly error: unknown }> {
  async function* entries(): AsyncGenerator<SourceEntry, void, undefined> {
    let isFirst = true;
    for await (const page of stage.source.list(folder.id).byPage({ pageSize: stage.world.pageSize })) {
      yield* page.items;
      if (isFirst) await change(page.items);
      isFirst = false;
    }
  }
  return listUntilEnd(entries());
}

async function plant(stage: Stage): Promise<KnownFolder> {
  const count = stage.world.pageSize * 3 + 2;
  return stage.control('plantFolder')(Array.from({ length: count }, (_, index) => ({ name: `Akte ${String(index).padStart(4, '0')}.txt`, bytes: Buffer.from(`${index}\n`) })));
}

function checkKept(stage: Stage, seen: { readonly ids: readonly string[]; readonly error: unknown }, kept: readonly KnownFile[]): void {
  assert.equal(new Set(seen.ids).size, seen.ids.length, 'an entry came twice');
  if (seen.error !== undefined) {
    stage.checkError(seen.error, ['vendor-protocol', 'conflict']);
    return;
  }
  const lost = kept.filter(({ id }) => !seen.ids.includes(id)).map(({ name }) => name);
  assert.deepEqual(lost, [], 'entries that were there all the time are missing, and nothing failed');
}

export const pagingFaultCases: ConformanceArea = {
  area: 'pages of a vendor that misbehaves',
  when: { list: 'supported' },
  cases: [
    {
      title: 'are complete, or fail by name, when one in the middle is empty',
      needs: ['emptyPage'],
      run: async (stage) => {
        stage.control('emptyPage')();
        await completeOrNamed(stage, stage.world.many);
      },
    },
    {
      title: 'fail as vendor-protocol, and come to an end, when the cursor is ignored',
      needs: ['ignoreCursor'],
      run: async (stage) => {
        stage.control('ignoreCursor')();
        const { error } = await listUntilEnd(stage.source.list(stage.world.many.id, { pageSize: stage.world.pageSize }), stage.world.many.files.length * 10);
        stage.checkError(error, ['vendor-protocol'], { ref: { folder: stage.world.many.id } });
      },
    },
    {
      title: 'are complete, or fail by name, when one is sent twice',
      needs: ['repeatPage'],
      run: async (stage) => {
        stage.control('repeatPage')();
        await completeOrNamed(stage, stage.world.many);
      },
    },
    {
      title: 'keep every entry that was there all the time when others are removed between them',
      needs: ['plantFolder', 'removeFile'],
      run: async (stage) => {
        const folder = await plant(stage);
        const gone = new Set<string>();
        const seen = await listWhile(stage, folder, async (first) => {
          for (const entry of first.slice(0, 3)) {
            gone.add(entry.id);
            await stage.control('removeFile')({ folder: folder.id, file: entry.id });
          }
        });
        checkKept(stage, seen, folder.files.filter(({ id }) => !gone.has(id)));
      },
    },
    {
      title: 'keep every entry that was there all the time when others are added between them',
      needs: ['plantFolder', 'addFile'],
      run: async (stage) => {
        const folder = await plant(stage);
        const seen = await listWhile(stage, folder, async () => {
          for (const name of ['AAA.txt', 'Akte 0000a.txt', 'zzz.txt']) await stage.control('addFile')(folder.id, { name, bytes: Buffer.from('neu') });
        });
        checkKept(stage, seen, folder.files);
      },
    },
    {
      title: 'come to a normal end when the last of them is emptied between them',
      needs: ['plantFolder', 'removeFile'],
      run: async (stage) => {
        const folder = await plant(stage);
        const kept = new Set<string>();
        const seen = await listWhile(stage, folder, async (first) => {
          for (const { id } of first) kept.add(id);
          for (const file of folder.files) if (!kept.has(file.id)) await stage.control('removeFile')(refOf(file));
        });
        checkKept(stage, seen, folder.files.filter(({ id }) => kept.has(id)));
      },
    },
  ],
};
