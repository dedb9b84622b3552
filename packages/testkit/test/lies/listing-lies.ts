import { emulated, overlay, unsupported, type Entry, type PageOptions } from '@filesource/core';
import { listing, remembering, type Lie } from './lie.ts';

export const listingLies: readonly Lie[] = [
  {
    lie: 'claims what the author does not expect',
    area: 'capabilities',
    title: 'are those that the author of the adapter expects',
    tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, archiveConvert: { support: 'native' } } }),
  },
  {
    lie: 'claims less than the author expects',
    area: 'capabilities',
    title: 'are those that the author of the adapter expects',
    tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, linkFile: unsupported('not today') } }),
  },
  {
    lie: 'gives no reason',
    area: 'capabilities',
    title: 'name the cost of what is emulated and the reason for what is unsupported',
    tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, linkFolder: unsupported(''), openRange: emulated('') } }),
  },
  {
    lie: 'has a limit of 0',
    area: 'capabilities',
    title: 'have limits that are whole numbers above 0, or null where that means none',
    tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, limits: { ...honest.capabilities.limits, maxArchives: 0 } } }),
  },
  {
    lie: 'loses the last entry of each page',
    area: 'a listing',
    title: 'gives every entry of a folder exactly once',
    tell: (honest) => listing(honest, (page) => ({ ...page, items: page.items.slice(0, -1) })),
  },
  {
    lie: 'gives the first entry twice',
    area: 'a listing',
    title: 'gives every entry of a folder exactly once',
    tell: (honest) => listing(honest, (page) => ({ ...page, items: [...page.items.slice(0, 1), ...page.items] })),
  },
  {
    lie: 'loses all pages but the first',
    area: 'pages',
    title: 'give every entry exactly once, over more than three of them',
    tell: (honest) => listing(honest, ({ items }) => ({ items })),
  },
  {
    lie: 'gives the last entry of a page again on the next',
    area: 'pages',
    title: 'give every entry exactly once, over more than three of them',
    tell: (honest) => {
      let last: readonly Entry[] = [];
      return listing(honest, (page) => {
        const items = [...last, ...page.items];
        last = page.items.slice(-1);
        return { ...page, items };
      });
    },
  },
  {
    lie: 'ignores the page size',
    area: 'pages',
    title: 'have no more entries than were asked for',
    tell: (honest) => overlay(honest, { listPage: (folder, { pageSize: _pageSize, ...options }) => honest.listPage(folder, options) }),
  },
  {
    lie: 'takes a full last page for one that is followed by another, for ever',
    area: 'pages',
    title: 'end after a last one that is exactly full',
    tell: (honest) =>
      listing(honest, (page, { pageSize }) => (page.cursor === undefined && page.items.length === pageSize ? { ...page, cursor: 'more' } : page)),
  },
  {
    lie: 'has cursors that work once',
    area: 'pages',
    title: 'go on from the cursor of any of them',
    tell: (honest) => {
      const used = new Set<string>();
      return overlay(honest, {
        listPage: async (folder, options) => {
          if (options.cursor !== undefined && used.has(options.cursor)) return { items: [] };
          if (options.cursor !== undefined) used.add(options.cursor);
          return honest.listPage(folder, options);
        },
      });
    },
  },
  {
    lie: 'counts the entries of the page as all',
    area: 'pages',
    title: 'tell the number of all entries, or nothing',
    tell: (honest) => listing(honest, (page) => ({ ...page, total: page.items.length })),
  },
  {
    lie: 'fetches the next page ahead',
    area: 'a listing',
    title: 'asks for no further page when its reader stops',
    tell: (honest) =>
      overlay(honest, {
        listPage: async (folder, options) => {
          const page = await honest.listPage(folder, options);
          for (let { cursor } = page; cursor !== undefined;) ({ cursor } = await honest.listPage(folder, { ...options, cursor }));
          return page;
        },
      }),
  },
  {
    lie: 'begins anew at a cursor that is none',
    area: 'pages',
    title: 'are not begun anew by a cursor that is none: it is refused',
    tell: (honest) =>
      overlay(honest, {
        listPage: async (folder, options) => {
          try {
            return await honest.listPage(folder, options);
          } catch {
            return { items: [] };
          }
        },
      }),
  },
  {
    lie: 'counts positions although entries move',
    area: 'pages of a vendor that misbehaves',
    title: 'keep every entry that was there all the time when others are removed between them',
    tell: (honest) =>
      overlay(honest, {
        listPage: async (folder, { cursor, pageSize = 25 }) => {
          const all: Entry[] = [];
          for (let next: string | undefined; ;) {
            const page = await honest.listPage(folder, next === undefined ? {} : { cursor: next });
            all.push(...page.items);
            if (page.cursor === undefined) break;
            next = page.cursor;
          }
          const start = Number(cursor ?? 0);
          const end = start + pageSize;
          return { items: all.slice(start, end), ...(end < all.length ? { cursor: String(end) } : {}) };
        },
      }),
  },
  {
    lie: 'ends a listing at an empty page',
    area: 'pages of a vendor that misbehaves',
    title: 'are complete, or fail by name, when one in the middle is empty',
    tell: (honest) => listing(honest, (page) => (page.items.length === 0 ? { items: [] } : page)),
  },
  {
    lie: 'remembers listings',
    area: 'a listing',
    title: 'follows when a file comes or goes',
    tell: (honest) => overlay(honest, { listPage: remembering((folder: string, options: PageOptions) => honest.listPage(folder, options)) }),
  },
  {
    lie: 'shows the files of inner folders as its own',
    area: 'a listing',
    title: 'shows folders as folders, and not what is inside of them',
    tell: (honest) =>
      overlay(honest, {
        listPage: async (folder, options) => {
          const page = await honest.listPage(folder, options);
          const items = [];
          for (const entry of page.items) {
            if (entry.kind === 'file') items.push(entry);
            else items.push(...(await honest.listPage(entry.id, {})).items);
          }
          return { ...page, items };
        },
      }),
  },
];
