import { FileSourceError, overlay } from '@filesource/core';
import { entries, listing, lyingSecret, remembering, stat, type Lie } from './lie.ts';

export const factLies: readonly Lie[] = [
  {
    lie: 'tidies names up',
    area: 'names',
    title: 'that mean harm are told as they are',
    tell: (honest) => entries(honest, (entry) => ({ ...entry, name: entry.name.replace(/[/\\<>]/g, '_') })),
  },
  {
    lie: 'composes decomposed letters',
    area: 'names',
    title: 'that mean harm are told as they are',
    tell: (honest) => entries(honest, (entry) => ({ ...entry, name: entry.name.normalize('NFC') })),
  },
  {
    lie: 'reads UTF-8 as Latin-1',
    area: 'names',
    title: 'of German files are as the vendor has them, letter by letter',
    tell: (honest) => entries(honest, (entry) => ({ ...entry, name: Buffer.from(entry.name).toString('latin1') })),
  },
  {
    lie: 'takes two files of one name for one',
    area: 'names',
    title: 'need not differ: two files of one name are two files',
    tell: (honest) => listing(honest, (page) => ({ ...page, items: [...new Map(page.items.map((entry) => [entry.name, entry])).values()] })),
  },
  {
    lie: 'tells a size that is off by one',
    area: 'a listing',
    title: 'tells of each file its name, folder and size',
    tell: (honest) => entries(honest, (entry) => (entry.kind === 'file' && entry.size !== null ? { ...entry, size: entry.size + 1 } : entry)),
  },
  {
    lie: 'tells of an empty file that its size is unknown',
    area: 'stat',
    title: 'tells of an empty file that it has no bytes, and not that its size is unknown',
    tell: (honest) => entries(honest, (entry) => (entry.kind === 'file' ? { ...entry, size: entry.size === 0 ? null : entry.size } : entry)),
  },
  {
    lie: 'tells in a stat another date than in the listing',
    area: 'stat',
    title: 'tells of every file what the listing tells',
    tell: (honest) => stat(honest, (entry) => ({ ...entry, modified: new Date(0) })),
  },
  {
    lie: 'finds a file through any folder',
    area: 'stat',
    title: 'of a file of another folder fails as not-found',
    tell: (honest) =>
      overlay(honest, {
        stat: async (ref, options) => {
          for (let folder = 1; ; folder += 1) {
            try {
              return await honest.stat({ ...ref, folder: `o${folder}` }, options);
            } catch (error) {
              if (folder > 20) throw error;
            }
          }
        },
      }),
  },
  {
    lie: 'remembers stats',
    area: 'stat',
    title: 'follows when a file gets other bytes',
    tell: (honest) => overlay(honest, { stat: remembering((ref, options) => honest.stat(ref, options)) }),
  },
  {
    lie: 'throws what its library threw',
    area: 'stat',
    title: 'of a file that is not there fails as not-found',
    tell: (honest) =>
      overlay(honest, {
        stat: async (ref, options) => {
          try {
            return await honest.stat(ref, options);
          } catch {
            throw new TypeError('Cannot read properties of undefined');
          }
        },
      }),
  },
  {
    lie: 'says that what is not there may come',
    area: 'stat',
    title: 'of a file that is not there fails as not-found',
    tell: (honest) =>
      overlay(honest, {
        stat: async (ref, options) => {
          try {
            return await honest.stat(ref, options);
          } catch {
            throw new FileSourceError('not-found', 'no such file', { status: 'temporary' });
          }
        },
      }),
  },
  {
    lie: 'says not-found for what is forbidden to read, as if the vendor had failed',
    area: 'an error',
    title: 'is permission-denied for what is there and not for this account',
    tell: (honest) =>
      overlay(honest, {
        listPage: async (folder, options) => {
          try {
            return await honest.listPage(folder, options);
          } catch {
            throw new FileSourceError('vendor-failure', 'HTTP 403', { status: 'permanent' });
          }
        },
      }),
  },
  {
    lie: 'puts the credential into the message',
    area: 'an error',
    title: 'names source, provider, operation and ref',
    tell: (honest) =>
      overlay(honest, {
        stat: async (ref, options) => {
          try {
            return await honest.stat(ref, options);
          } catch {
            throw new FileSourceError('not-found', `no such file for the token ${lyingSecret}`);
          }
        },
      }),
  },
  {
    lie: 'forgets how long the vendor asked to wait',
    area: 'a call of a vendor that misbehaves',
    title: 'that was one too many is made again when the vendor says so',
    tell: (honest) =>
      overlay(honest, {
        listPage: async (folder, options) => {
          try {
            return await honest.listPage(folder, options);
          } catch {
            throw new FileSourceError('rate-limited', 'slow down');
          }
        },
      }),
  },
];
