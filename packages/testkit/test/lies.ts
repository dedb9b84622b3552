import { PassThrough, Readable } from 'node:stream';
import { createFinishedOperation, emulated, FileSourceError, mapOperation, overlay, unsupported, type Archive, type Content, type Entry, type Link, type OpenOptions, type Operation, type Page, type PageOptions, type SourceAdapter } from '@filesource/core';

/** An adapter that does one thing wrong, and the case that must see it. */
export interface Lie {
  readonly lie: string;
  readonly area: string;
  readonly title: string;
  readonly tell: (honest: SourceAdapter) => SourceAdapter;
}

function listing(honest: SourceAdapter, change: (page: Page<Entry>, options: PageOptions) => Page<Entry>): SourceAdapter {
  return overlay(honest, { listPage: async (folder, options) => change(await honest.listPage(folder, options), options) });
}

function stat(honest: SourceAdapter, change: (entry: Entry) => Entry): SourceAdapter {
  return overlay(honest, { stat: async (ref, options) => change(await honest.stat(ref, options)) });
}

function entries(honest: SourceAdapter, change: (entry: Entry) => Entry): SourceAdapter {
  return stat(listing(honest, (page) => ({ ...page, items: page.items.map(change) })), change);
}

function opening(honest: SourceAdapter, change: (content: Content, options: OpenOptions) => Content): SourceAdapter {
  return overlay(honest, { open: async (file, options) => change(await honest.open(file, options), options) });
}

function link(honest: SourceAdapter, change: (link: Link) => Link): SourceAdapter {
  return overlay(honest, { link: async (ref, options) => change(await honest.link(ref, options)) });
}

function operation(honest: SourceAdapter, change: (operation: Operation<Archive>) => Operation<Archive>): SourceAdapter {
  return overlay(honest, { archive: async (selection, options) => change(await honest.archive(selection, options)) });
}

/** An operation that does one thing differently. */
function except(inner: Operation<Archive>, parts: Partial<Operation<Archive>>): Operation<Archive> {
  return { progress: inner.progress, token: inner.token, watch: (options) => inner.watch(options), result: (options) => inner.result(options), cancel: (options) => inner.cancel(options), ...parts };
}

function watchedAs(percents: readonly number[]): Operation<Archive>['watch'] {
  return async function* watch() {
    for (const percent of percents) yield { status: percent === 100 ? 'succeeded' : 'running', percent, processed: null, elapsedMs: 0 };
  };
}

function archive(honest: SourceAdapter, change: (archive: Archive) => Archive): SourceAdapter {
  return operation(honest, (inner) => mapOperation(inner, { result: change }));
}

/** Keeps the first answer for ever. */
function remembering<Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (...args) => {
    const key = JSON.stringify(args.map((arg) => (typeof arg === 'object' && arg !== null && 'signal' in arg ? { ...arg, signal: undefined } : arg)));
    const known = kept.get(key) ?? call(...args);
    kept.set(key, known);
    return known;
  };
}

async function* oneBuffer(body: Readable): AsyncGenerator<Buffer, void, undefined> {
  const scratch = Buffer.alloc(64 * 1024);
  for await (const chunk of body as AsyncIterable<Buffer>) yield scratch.subarray(0, chunk.copy(scratch));
}

async function* without(body: Readable, bytes: number): AsyncGenerator<Buffer, void, undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  if (whole.length > bytes) yield whole.subarray(0, whole.length - bytes);
}

async function* endingQuietly(body: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch {
    // The lie: a broken body looks like one that is done.
  }
}

const everyFile = { area: 'open', title: 'gives the bytes of every kind of file' };

export const lies: readonly Lie[] = [
  // Capabilities
  { lie: 'claims what the author does not expect', area: 'capabilities', title: 'are those that the author of the adapter expects', tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, archiveConvert: { support: 'native' } } }) },
  { lie: 'claims less than the author expects', area: 'capabilities', title: 'are those that the author of the adapter expects', tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, linkFile: unsupported('not today') } }) },
  { lie: 'gives no reason', area: 'capabilities', title: 'name the cost of what is emulated and the reason for what is unsupported', tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, linkFolder: unsupported(''), openRange: emulated('') } }) },
  { lie: 'has a limit of 0', area: 'capabilities', title: 'have limits that are whole numbers above 0, or null where that means none', tell: (honest) => overlay(honest, { capabilities: { ...honest.capabilities, limits: { ...honest.capabilities.limits, maxArchives: 0 } } }) },

  // Listings and pages
  { lie: 'loses the last entry of each page', area: 'a listing', title: 'gives every entry of a folder exactly once', tell: (honest) => listing(honest, (page) => ({ ...page, items: page.items.slice(0, -1) })) },
  { lie: 'gives the first entry twice', area: 'a listing', title: 'gives every entry of a folder exactly once', tell: (honest) => listing(honest, (page) => ({ ...page, items: [...page.items.slice(0, 1), ...page.items] })) },
  { lie: 'loses all pages but the first', area: 'pages', title: 'give every entry exactly once, over more than three of them', tell: (honest) => listing(honest, ({ items }) => ({ items })) },
  { lie: 'gives the last entry of a page again on the next', area: 'pages', title: 'give every entry exactly once, over more than three of them', tell: (honest) => { let last: readonly Entry[] = []; return listing(honest, (page) => { const items = [...last, ...page.items]; last = page.items.slice(-1); return { ...page, items }; }); } },
  { lie: 'ignores the page size', area: 'pages', title: 'have no more entries than were asked for', tell: (honest) => overlay(honest, { listPage: (folder, { pageSize: _pageSize, ...options }) => honest.listPage(folder, options) }) },
  { lie: 'takes a full last page for one that is followed by another, for ever', area: 'pages', title: 'end after a last one that is exactly full', tell: (honest) => listing(honest, (page, { pageSize }) => (page.cursor === undefined && page.items.length === pageSize ? { ...page, cursor: 'more' } : page)) },
  { lie: 'has cursors that work once', area: 'pages', title: 'go on from the cursor of any of them', tell: (honest) => { const used = new Set<string>(); return overlay(honest, { listPage: async (folder, options) => { if (options.cursor !== undefined && used.has(options.cursor)) return { items: [] }; if (options.cursor !== undefined) used.add(options.cursor); return honest.listPage(folder, options); } }); } },
  { lie: 'counts the entries of the page as all', area: 'pages', title: 'tell the number of all entries, or nothing', tell: (honest) => listing(honest, (page) => ({ ...page, total: page.items.length })) },
  { lie: 'fetches the next page ahead', area: 'a listing', title: 'asks for no further page when its reader stops', tell: (honest) => overlay(honest, { listPage: async (folder, options) => { const page = await honest.listPage(folder, options); for (let { cursor } = page; cursor !== undefined; ) ({ cursor } = await honest.listPage(folder, { ...options, cursor })); return page; } }) },
  { lie: 'begins anew at a cursor that is none', area: 'pages', title: 'are not begun anew by a cursor that is none: it is refused', tell: (honest) => overlay(honest, { listPage: async (folder, options) => { try { return await honest.listPage(folder, options); } catch { return { items: [] }; } } }) },
  { lie: 'counts positions although entries move', area: 'pages of a vendor that misbehaves', title: 'keep every entry that was there all the time when others are removed between them', tell: (honest) => overlay(honest, { listPage: async (folder, { cursor, pageSize = 25 }) => { const all: Entry[] = []; for (let next: string | undefined; ; ) { const page = await honest.listPage(folder, next === undefined ? {} : { cursor: next }); all.push(...page.items); if (page.cursor === undefined) break; next = page.cursor; } const start = Number(cursor ?? 0); const end = start + pageSize; return { items: all.slice(start, end), ...(end < all.length ? { cursor: String(end) } : {}) }; } }) },
  { lie: 'ends a listing at an empty page', area: 'pages of a vendor that misbehaves', title: 'are complete, or fail by name, when one in the middle is empty', tell: (honest) => listing(honest, (page) => (page.items.length === 0 ? { items: [] } : page)) },
  { lie: 'remembers listings', area: 'a listing', title: 'follows when a file comes or goes', tell: (honest) => overlay(honest, { listPage: remembering((folder: string, options: PageOptions) => honest.listPage(folder, options)) }) },
  { lie: 'shows the files of inner folders as its own', area: 'a listing', title: 'shows folders as folders, and not what is inside of them', tell: (honest) => overlay(honest, { listPage: async (folder, options) => { const page = await honest.listPage(folder, options); const items = []; for (const entry of page.items) { if (entry.kind === 'file') items.push(entry); else items.push(...(await honest.listPage(entry.id, {})).items); } return { ...page, items }; } }) },

  // Names and facts
  { lie: 'tidies names up', area: 'names', title: 'that mean harm are told as they are', tell: (honest) => entries(honest, (entry) => ({ ...entry, name: entry.name.replace(/[/\\<>]/g, '_') })) },
  { lie: 'composes decomposed letters', area: 'names', title: 'that mean harm are told as they are', tell: (honest) => entries(honest, (entry) => ({ ...entry, name: entry.name.normalize('NFC') })) },
  { lie: 'reads UTF-8 as Latin-1', area: 'names', title: 'of German files are as the vendor has them, letter by letter', tell: (honest) => entries(honest, (entry) => ({ ...entry, name: Buffer.from(entry.name).toString('latin1') })) },
  { lie: 'takes two files of one name for one', area: 'names', title: 'need not differ: two files of one name are two files', tell: (honest) => listing(honest, (page) => ({ ...page, items: [...new Map(page.items.map((entry) => [entry.name, entry])).values()] })) },
  { lie: 'tells a size that is off by one', area: 'a listing', title: 'tells of each file its name, folder and size', tell: (honest) => entries(honest, (entry) => (entry.kind === 'file' && entry.size !== null ? { ...entry, size: entry.size + 1 } : entry)) },
  { lie: 'tells of an empty file that its size is unknown', area: 'stat', title: 'tells of an empty file that it has no bytes, and not that its size is unknown', tell: (honest) => entries(honest, (entry) => (entry.kind === 'file' ? { ...entry, size: entry.size === 0 ? null : entry.size } : entry)) },
  { lie: 'tells in a stat another date than in the listing', area: 'stat', title: 'tells of every file what the listing tells', tell: (honest) => stat(honest, (entry) => ({ ...entry, modified: new Date(0) })) },
  { lie: 'finds a file through any folder', area: 'stat', title: 'of a file of another folder fails as not-found', tell: (honest) => overlay(honest, { stat: async (ref, options) => { for (let folder = 1; ; folder += 1) { try { return await honest.stat({ ...ref, folder: `o${folder}` }, options); } catch (error) { if (folder > 20) throw error; } } } }) },
  { lie: 'remembers stats', area: 'stat', title: 'follows when a file gets other bytes', tell: (honest) => overlay(honest, { stat: remembering((ref, options) => honest.stat(ref, options)) }) },

  // Errors
  { lie: 'throws what its library threw', area: 'stat', title: 'of a file that is not there fails as not-found', tell: (honest) => overlay(honest, { stat: async (ref, options) => { try { return await honest.stat(ref, options); } catch { throw new TypeError('Cannot read properties of undefined'); } } }) },
  { lie: 'says that what is not there may come', area: 'stat', title: 'of a file that is not there fails as not-found', tell: (honest) => overlay(honest, { stat: async (ref, options) => { try { return await honest.stat(ref, options); } catch { throw new FileSourceError('not-found', 'no such file', { status: 'temporary' }); } } }) },
  { lie: 'says not-found for what is forbidden to read, as if the vendor had failed', area: 'an error', title: 'is permission-denied for what is there and not for this account', tell: (honest) => overlay(honest, { listPage: async (folder, options) => { try { return await honest.listPage(folder, options); } catch { throw new FileSourceError('vendor-failure', 'HTTP 403', { status: 'permanent' }); } } }) },
  { lie: 'puts the credential into the message', area: 'an error', title: 'names source, provider, operation and ref', tell: (honest) => overlay(honest, { stat: async (ref, options) => { try { return await honest.stat(ref, options); } catch { throw new FileSourceError('not-found', `no such file for the token ${lyingSecret}`); } } }) },
  { lie: 'forgets how long the vendor asked to wait', area: 'a call of a vendor that misbehaves', title: 'that was one too many is made again when the vendor says so', tell: (honest) => overlay(honest, { listPage: async (folder, options) => { try { return await honest.listPage(folder, options); } catch { throw new FileSourceError('rate-limited', 'slow down'); } } }) },

  // Bodies
  { lie: 'shortens bodies', ...everyFile, tell: (honest) => opening(honest, (content) => ({ ...content, size: null, totalSize: null, body: Readable.from(without(content.body, 3)) })) },
  { lie: 'reuses one buffer for all chunks', ...everyFile, tell: (honest) => opening(honest, (content) => ({ ...content, body: Readable.from(oneBuffer(content.body)) })) },
  { lie: 'ends a broken body as if it were done', area: 'a body of a vendor that misbehaves', title: 'that is cut once arrives whole', tell: (honest) => opening(honest, (content) => ({ ...content, size: null, body: Readable.from(endingQuietly(content.body)) })) },
  { lie: 'leaves the connection of an abandoned body open', area: 'a body', title: 'that is destroyed half-way closes the vendor\'s connection', tell: (honest) => opening(honest, (content) => ({ ...content, body: content.body.pipe(new PassThrough()) })) },
  { lie: 'calls a file by another name when it is opened', area: 'open', title: 'agrees with the listing about name, size and media type, or says nothing', tell: (honest) => opening(honest, (content) => ({ ...content, name: 'download.php' })) },
  { lie: 'makes up a validator each time', area: 'open', title: 'tells the same validator as long as nothing changes', tell: (honest) => { let count = 0; return opening(honest, (content) => ({ ...content, validator: String((count += 1)) })); } },
  { lie: 'opens anything', area: 'open', title: 'of a file that is not there fails as not-found', tell: (honest) => overlay(honest, { open: async (file, options) => { try { return await honest.open(file, options); } catch { return { body: Readable.from([]), size: 0, totalSize: 0, offset: 0, mediaType: null, name: null, validator: null }; } } }) },
  { lie: 'mixes two versions of a file', area: 'a body of a vendor that misbehaves', title: 'that was replaced half-way fails as conflict and is never a mixture', tell: (honest) => opening(honest, (content) => ({ ...content, totalSize: null })) },

  // Ranges
  { lie: 'claims ranges, sends the whole file, and says that it is the range', area: 'a range', title: 'in the middle', tell: (honest) => overlay(honest, { open: async (file, { range, ...options }) => ({ ...(await honest.open(file, options)), offset: range?.offset ?? 0, size: null }) }) },
  { lie: 'claims ranges and sends the whole file', area: 'a range', title: 'does not fetch what stands before it, where ranges are native', tell: (honest) => overlay(honest, { open: (file, { range: _range, ...options }) => honest.open(file, options) }) },
  { lie: 'starts a range one byte late', area: 'a range', title: 'of the second byte', tell: (honest) => overlay(honest, { open: async (file, options) => { if (options.range === undefined) return honest.open(file, options); const content = await honest.open(file, { ...options, range: { ...options.range, offset: options.range.offset + 1 } }); return { ...content, offset: content.offset - 1 }; } }) },
  { lie: 'takes the length for the last position', area: 'a range', title: 'in the middle', tell: (honest) => overlay(honest, { open: async (file, options) => { const { range } = options; if (range?.length === undefined) return honest.open(file, options); return honest.open(file, { ...options, range: { offset: range.offset, length: Math.max(0, range.length - range.offset) } }); } }) },
  { lie: 'gives an empty body for a range past the end', area: 'a range', title: 'that starts 1000000 past the end is range-not-satisfiable', tell: (honest) => overlay(honest, { open: async (file, options) => { try { return await honest.open(file, options); } catch { return { body: Readable.from([]), size: 0, totalSize: null, offset: options.range?.offset ?? 0, mediaType: null, name: null, validator: null }; } } }) },

  // Links
  { lie: 'gives links that have expired', area: 'a link', title: 'to a file is a URL with a kind and an end', tell: (honest) => link(honest, (given) => ({ ...given, expires: new Date(Date.now() - 3_600_000) })) },
  { lie: 'gives links that lead to something else', area: 'a link', title: 'to a file can be opened by somebody else, and gives the file or a page', tell: (honest) => overlay(honest, { link: async (ref, options) => { const entry = (await honest.listPage(ref.folder, {})).items.at(-1); return honest.link(entry === undefined ? ref : { folder: ref.folder, file: entry.id }, options); } }) },
  { lie: 'says that an open link needs credentials', area: 'a link', title: 'that needs credentials leads nowhere without them', tell: (honest) => link(honest, (given) => ({ ...given, needsCredentials: true })) },
  { lie: 'gives a path in place of a URL', area: 'a link', title: 'to a file is a URL with a kind and an end', tell: (honest) => link(honest, (given) => ({ ...given, url: new URL(given.url).pathname })) },

  // Archives and operations
  { lie: 'leaves a file out of an archive silently', area: 'an archive', title: 'of several files holds the bytes of each', tell: (honest) => overlay(honest, { archive: (selection, options) => honest.archive({ ...selection, files: selection.files.slice(1) }, options) }) },
  { lie: 'does not say what an archive should hold', area: 'an archive', title: 'of a folder holds every file in it', tell: (honest) => archive(honest, (made) => ({ ...made, items: [] })) },
  { lie: 'drops what is not there without a word', area: 'an archive', title: 'never leaves out silently what is not there: it fails by name, or an item says so', tell: (honest) => archive(honest, (made) => ({ ...made, items: made.items.filter(({ error }) => error === undefined) })) },
  { lie: 'says that an item stands elsewhere', area: 'an archive', title: 'says of each item where it stands, and there it stands', tell: (honest) => archive(honest, (made) => ({ ...made, items: made.items.map((item) => ({ ...item, path: `files/${item.path}` })) })) },
  { lie: 'lets an archive be opened once', area: 'an archive', title: 'can be opened twice, and holds the same', tell: (honest) => archive(honest, (made) => { let opened = 0; return { ...made, open: async (options) => { if ((opened += 1) > 1) throw new FileSourceError('not-found', 'gone'); return made.open(options); } }; }) },
  { lie: 'never says that an operation has succeeded', area: 'an operation', title: 'shows its progress until it has succeeded, and never goes back', tell: (honest) => operation(honest, (inner) => except(inner, { watch: watchedAs([50]) })) },
  { lie: 'lets progress go back', area: 'an operation', title: 'shows its progress until it has succeeded, and never goes back', tell: (honest) => operation(honest, (inner) => except(inner, { watch: watchedAs([10, 60, 40, 100]) })) },
  { lie: 'says that it cancels and does not', area: 'an operation', title: 'that is cancelled ends for all who wait as aborted', tell: (honest) => operation(honest, (inner) => except(inner, { cancel: async () => undefined })) },
  { lie: 'holds up the caller until the archive is there', area: 'an operation', title: 'that takes its time shows that it is running first', tell: (honest) => overlay(honest, { archive: async (selection, options) => createFinishedOperation(await (await honest.archive(selection, options)).result()) }) },
  { lie: 'knows its jobs only as long as nobody closes', area: 'an operation that another process takes over', title: 'goes on although the source that began it is closed', tell: (honest) => { let closed = false; return overlay(honest, { close: async () => void (closed = true), attach: async (handle, options) => { if (closed || honest.attach === undefined) throw new FileSourceError('conflict', 'gone'); return honest.attach(handle, options); } }); } },
  { lie: 'puts a credential into its token', area: 'an operation that another process takes over', title: 'has a token that is one word, and holds no credential, no link and no name', tell: (honest) => operation(honest, (inner) => except(inner, { token: lyingSecret })) },
  { lie: 'gives no token although it says that it does', area: 'an operation that another process takes over', title: 'goes on although the source that began it is closed', tell: (honest) => operation(honest, (inner) => except(inner, { token: null })) },
];

/** What the harness of the lies calls a credential. */
export const lyingSecret = 'hunter2-and-then-some';
