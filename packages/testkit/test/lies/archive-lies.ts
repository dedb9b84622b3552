import { createFinishedOperation, FileSourceError, mapOperation, overlay } from '@filesource/core';
import { archive, except, link, lyingSecret, operation, watchedAs, type Lie } from './lie.ts';

export const archiveLies: readonly Lie[] = [
  {
    lie: 'gives links that have expired',
    area: 'a link',
    title: 'to a file is a URL with a kind and an end',
    tell: (honest) => link(honest, (given) => ({ ...given, expires: new Date(Date.now() - 3_600_000) })),
  },
  {
    lie: 'gives links that lead to something else',
    area: 'a link',
    title: 'to a file can be opened by somebody else, and gives the file or a page',
    tell: (honest) =>
      overlay(honest, {
        link: async (ref, options) => {
          const entry = (await honest.listPage(ref.folder, {})).items.at(-1);
          return honest.link(entry === undefined ? ref : { folder: ref.folder, file: entry.id }, options);
        },
      }),
  },
  {
    lie: 'says that an open link needs credentials',
    area: 'a link',
    title: 'that needs credentials leads nowhere without them',
    tell: (honest) => link(honest, (given) => ({ ...given, needsCredentials: true })),
  },
  {
    lie: 'gives a path in place of a URL',
    area: 'a link',
    title: 'to a file is a URL with a kind and an end',
    tell: (honest) => link(honest, (given) => ({ ...given, url: new URL(given.url).pathname })),
  },
  {
    lie: 'leaves a file out of an archive silently',
    area: 'an archive',
    title: 'of several files holds the bytes of each',
    tell: (honest) => overlay(honest, { archive: (selection, options) => honest.archive({ ...selection, files: selection.files.slice(1) }, options) }),
  },
  {
    lie: 'does not say what an archive should hold',
    area: 'an archive',
    title: 'of a folder holds every file in it',
    tell: (honest) => archive(honest, (made) => ({ ...made, items: [] })),
  },
  {
    lie: 'says too early that everything is listed',
    area: 'an archive',
    title: 'whose items may follow has them all once they are listed',
    tell: (honest) =>
      overlay(honest, {
        archive: async (selection, options) =>
          mapOperation(await honest.archive(selection, options), {
            result: (made) => (options.itemsMayFollow === true ? { ...made, items: made.items.slice(1), itemsListed: Promise.resolve() } : made),
          }),
      }),
  },
  {
    lie: 'drops what is not there without a word',
    area: 'an archive',
    title: 'never leaves out silently what is not there: it fails by name, or an item says so',
    tell: (honest) => archive(honest, (made) => ({ ...made, items: made.items.filter(({ error }) => error === undefined) })),
  },
  {
    lie: 'says that an item stands elsewhere',
    area: 'an archive',
    title: 'says of each item where it stands, and there it stands',
    tell: (honest) => archive(honest, (made) => ({ ...made, items: made.items.map((item) => ({ ...item, path: `files/${item.path}` })) })),
  },
  {
    lie: 'lets an archive be opened once',
    area: 'an archive',
    title: 'can be opened twice, and holds the same',
    tell: (honest) =>
      archive(honest, (made) => {
        let opened = 0;
        return {
          ...made,
          open: async (options) => {
            if ((opened += 1) > 1) throw new FileSourceError('not-found', 'gone');
            return made.open(options);
          },
        };
      }),
  },
  {
    lie: 'never says that an operation has succeeded',
    area: 'an operation',
    title: 'shows its progress until it has succeeded, and never goes back',
    tell: (honest) => operation(honest, (inner) => except(inner, { watch: watchedAs([50]) })),
  },
  {
    lie: 'lets progress go back',
    area: 'an operation',
    title: 'shows its progress until it has succeeded, and never goes back',
    tell: (honest) => operation(honest, (inner) => except(inner, { watch: watchedAs([10, 60, 40, 100]) })),
  },
  {
    lie: 'says that it cancels and does not',
    area: 'an operation',
    title: 'that is cancelled ends for all who wait as aborted',
    tell: (honest) => operation(honest, (inner) => except(inner, { cancel: async () => undefined })),
  },
  {
    lie: 'holds up the caller until the archive is there',
    area: 'an operation',
    title: 'that takes its time shows that it is running first',
    tell: (honest) =>
      overlay(honest, { archive: async (selection, options) => createFinishedOperation(await (await honest.archive(selection, options)).result()) }),
  },
  {
    lie: 'knows its jobs only as long as nobody closes',
    area: 'an operation that another process takes over',
    title: 'goes on although the source that began it is closed',
    tell: (honest) => {
      let closed = false;
      return overlay(honest, {
        close: async () => void (closed = true),
        attach: async (handle, options) => {
          if (closed || honest.attach === undefined) throw new FileSourceError('conflict', 'gone');
          return honest.attach(handle, options);
        },
      });
    },
  },
  {
    lie: 'puts a credential into its token',
    area: 'an operation that another process takes over',
    title: 'has a token that is one word, and holds no credential, no link and no name',
    tell: (honest) => operation(honest, (inner) => except(inner, { token: lyingSecret })),
  },
  {
    lie: 'gives no token although it says that it does',
    area: 'an operation that another process takes over',
    title: 'goes on although the source that began it is closed',
    tell: (honest) => operation(honest, (inner) => except(inner, { token: null })),
  },
];
