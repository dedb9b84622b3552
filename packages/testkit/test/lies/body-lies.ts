import { PassThrough, Readable } from 'node:stream';
import { overlay } from '@filesource/core';
import { endingQuietly, oneBuffer, opening, without, type Lie } from './lie.ts';

const everyFile = { area: 'open', title: 'gives the bytes of every kind of file' };

export const bodyLies: readonly Lie[] = [
  {
    lie: 'shortens bodies',
    ...everyFile,
    tell: (honest) => opening(honest, (content) => ({ ...content, size: null, totalSize: null, body: Readable.from(without(content.body, 3)) })),
  },
  {
    lie: 'reuses one buffer for all chunks',
    ...everyFile,
    tell: (honest) => opening(honest, (content) => ({ ...content, body: Readable.from(oneBuffer(content.body)) })),
  },
  {
    lie: 'ends a broken body as if it were done',
    area: 'a body of a vendor that misbehaves',
    title: 'that is cut once arrives whole',
    tell: (honest) => opening(honest, (content) => ({ ...content, size: null, body: Readable.from(endingQuietly(content.body)) })),
  },
  {
    lie: 'leaves the connection of an abandoned body open',
    area: 'a body',
    title: "that is destroyed half-way closes the vendor's connection",
    tell: (honest) => opening(honest, (content) => ({ ...content, body: content.body.pipe(new PassThrough()) })),
  },
  {
    lie: 'calls a file by another name when it is opened',
    area: 'open',
    title: 'agrees with the listing about name, size and media type, or says nothing',
    tell: (honest) => opening(honest, (content) => ({ ...content, name: 'download.php' })),
  },
  {
    lie: 'makes up a validator each time',
    area: 'open',
    title: 'tells the same validator as long as nothing changes',
    tell: (honest) => {
      let count = 0;
      return opening(honest, (content) => ({ ...content, validator: String((count += 1)) }));
    },
  },
  {
    lie: 'opens anything',
    area: 'open',
    title: 'of a file that is not there fails as not-found',
    tell: (honest) =>
      overlay(honest, {
        open: async (file, options) => {
          try {
            return await honest.open(file, options);
          } catch {
            return { body: Readable.from([]), size: 0, totalSize: 0, offset: 0, mediaType: null, name: null, validator: null };
          }
        },
      }),
  },
  {
    lie: 'mixes two versions of a file',
    area: 'a body of a vendor that misbehaves',
    title: 'that was replaced half-way fails as conflict and is never a mixture',
    tell: (honest) => opening(honest, (content) => ({ ...content, totalSize: null })),
  },
  {
    lie: 'claims ranges, sends the whole file, and says that it is the range',
    area: 'a range',
    title: 'in the middle',
    tell: (honest) =>
      overlay(honest, { open: async (file, { range, ...options }) => ({ ...(await honest.open(file, options)), offset: range?.offset ?? 0, size: null }) }),
  },
  {
    lie: 'claims ranges and sends the whole file',
    area: 'a range',
    title: 'does not fetch what stands before it, where ranges are native',
    tell: (honest) => overlay(honest, { open: (file, { range: _range, ...options }) => honest.open(file, options) }),
  },
  {
    lie: 'starts a range one byte late',
    area: 'a range',
    title: 'of the second byte',
    tell: (honest) =>
      overlay(honest, {
        open: async (file, options) => {
          if (options.range === undefined) return honest.open(file, options);
          const content = await honest.open(file, { ...options, range: { ...options.range, offset: options.range.offset + 1 } });
          return { ...content, offset: content.offset - 1 };
        },
      }),
  },
  {
    lie: 'takes the length for the last position',
    area: 'a range',
    title: 'in the middle',
    tell: (honest) =>
      overlay(honest, {
        open: async (file, options) => {
          const { range } = options;
          if (range?.length === undefined) return honest.open(file, options);
          return honest.open(file, { ...options, range: { offset: range.offset, length: Math.max(0, range.length - range.offset) } });
        },
      }),
  },
  {
    lie: 'gives an empty body for a range past the end',
    area: 'a range',
    title: 'that starts 1000000 past the end is range-not-satisfiable',
    tell: (honest) =>
      overlay(honest, {
        open: async (file, options) => {
          try {
            return await honest.open(file, options);
          } catch {
            return { body: Readable.from([]), size: 0, totalSize: null, offset: options.range?.offset ?? 0, mediaType: null, name: null, validator: null };
          }
        },
      }),
  },
];
