import assert from 'node:assert/strict';
import { isDate } from 'node:util/types';
import type { Link, RefLike } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { listFiles, refOf, sameBytes } from './reading.ts';
import type { Stage } from './stage.ts';

const skewMs = 60_000;

function checkLink({ source: { capabilities } }: Stage, { url, kind, expires, needsCredentials }: Link): void {
  assert(/^https?:$/.test(new URL(url).protocol), 'a link is an absolute http or https URL');
  assert.equal(new URL(url).username + new URL(url).password, '', 'a link carries no user and no password');
  assert(['file', 'page', 'archive'].includes(kind), kind);
  assert.equal(typeof needsCredentials, 'boolean');
  assert(expires === null || (isDate(expires) && expires.getTime() > Date.now() - skewMs), `the link has expired when it is given: ${String(expires)}`);
  const { linkLifetimeMs } = capabilities.limits;
  if (linkLifetimeMs === null || expires === null) return;
  assert(expires.getTime() <= Date.now() + linkLifetimeMs + skewMs, 'the link says that it lives longer than the limit');
}

const aboutFiles: readonly ConformanceCase[] = [
  {
    title: 'to a file is a URL with a kind and an end',
    when: { linkFile: 'supported' },
    run: async (stage) => {
      const link = await stage.source.link(refOf(stage.sizeable));
      checkLink(stage, link);
      assert.notEqual(link.kind, 'archive');
    },
  },
  {
    title: 'to a file expires where the limits say that links do',
    when: { linkFile: 'native' },
    run: async (stage) => {
      const { expires } = await stage.source.link(refOf(stage.sizeable));
      assert.equal(expires === null, stage.source.capabilities.limits.linkLifetimeMs === null);
    },
  },
  {
    title: 'to a file can be opened by somebody else, and gives the file or a page',
    when: { linkFile: 'supported' },
    run: async (stage) => {
      const { url, kind, needsCredentials } = await stage.source.link(refOf(stage.sizeable));
      if (needsCredentials) return;
      const answer = await fetch(url);
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.equal(answer.status, 200);
      if (kind === 'file') sameBytes(bytes, stage.sizeable.bytes, 'what the link leads to');
      else assert(/^\s*<(!doctype|html)/i.test(bytes.toString('utf8')), 'a link of kind "page" leads to a page');
    },
  },
  {
    title: 'that needs credentials leads nowhere without them',
    when: { linkFile: 'supported' },
    run: async (stage) => {
      const { url, needsCredentials } = await stage.source.link(refOf(stage.sizeable));
      if (!needsCredentials) return;
      const answer = await fetch(url, { redirect: 'manual' });
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert(!bytes.equals(stage.sizeable.bytes), 'the link says that it needs credentials, and works without');
    },
  },
  {
    title: 'to an entry of a listing is one',
    when: { linkFile: 'supported', list: 'supported' },
    run: async (stage) => {
      for (const entry of (await listFiles(stage.source, stage.world.documents.id)).slice(0, 3)) checkLink(stage, await stage.source.link(entry));
    },
  },
  {
    title: 'to each of many files asked for at once is its own',
    when: { linkFile: 'supported' },
    run: async (stage) => {
      const links = await Promise.all(stage.world.documents.files.map((file) => stage.source.link(refOf(file))));
      for (const link of links) checkLink(stage, link);
      if (links.every(({ kind }) => kind === 'file')) assert.equal(new Set(links.map(({ url }) => url)).size, links.length);
    },
  },
  {
    title: 'to a file that is not there fails as not-found',
    when: { linkFile: 'supported' },
    run: async (stage) => {
      await stage.fails('not-found', () => stage.source.link(stage.world.missingFile), { operation: 'link', ref: stage.world.missingFile });
    },
  },
  {
    title: 'to a file of another folder fails as not-found',
    when: { linkFile: 'supported' },
    run: async (stage) => {
      await stage.fails('not-found', () => stage.source.link(stage.world.elsewhere), { operation: 'link', ref: stage.world.elsewhere });
    },
  },
  {
    title: 'to a folder is a URL with a kind and an end',
    when: { linkFolder: 'supported' },
    run: async (stage) => checkLink(stage, await stage.source.link(stage.world.documents.id)),
  },
  {
    title: 'to a folder that is not there fails as not-found',
    when: { linkFolder: 'supported' },
    needs: ['missingFolder'],
    run: async (stage) => {
      const folder = stage.place('missingFolder');
      await stage.fails('not-found', () => stage.source.link(folder), { operation: 'link', ref: { folder } });
    },
  },
];

/** Files and folders take the same language. */
function languageCases(what: 'file' | 'folder'): ConformanceCase[] {
  const when = what === 'file' ? ({ linkFile: 'supported' } as const) : ({ linkFolder: 'supported' } as const);
  const target = (stage: Stage): RefLike => (what === 'file' ? refOf(stage.sizeable) : stage.world.documents.id);
  return [
    {
      title: `to a ${what} takes a language, and where it leads to a page the page is there`,
      when,
      run: async (stage) => {
        for (const language of ['DEU', 'eng']) {
          const link = await stage.source.link(target(stage), { language });
          checkLink(stage, link);
          if (link.kind === 'page' && !link.needsCredentials) assert.equal((await fetch(link.url)).status, 200);
        }
      },
    },
    {
      title: `to a ${what} refuses a language that is none`,
      when,
      run: async (stage) => {
        for (const language of ['', 'DE', 'DEUT', 'D1U', 'de-DE', 'DEU&x=1']) {
          await stage.fails('invalid-argument', () => stage.source.link(target(stage), { language }), { operation: 'link' });
        }
      },
    },
  ];
}

export const linkCases: ConformanceArea = { area: 'a link', cases: [...aboutFiles, ...languageCases('file'), ...languageCases('folder')] };
