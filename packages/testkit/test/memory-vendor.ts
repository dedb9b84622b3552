import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createPolledOperation, FileSourceError, native, overlay, untilAborted, type Archive, type ArchiveItem, type ArchiveSelection, type FileEntry, type FileRef, type Link, type Operation, type SourceAdapter } from '@filesource/core';
import { realClock, type MemoryAdapter } from '@filesource/testkit';
import yazl from 'yazl';
import { createMemoryHarness, type MemoryHarness, type Wrap } from './memory-harness.ts';

const lifetimeMs = 3_600_000;

async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface Job {
  readonly entries: readonly FileEntry[];
  readonly lost: readonly ArchiveItem[];
  readonly startedMs: number;
  readonly lengthMs: number;
}

/** A vendor that does everything itself: the memory with archives that take their time, and links to a server on loopback. */
class MemoryVendor {
  slow = false;
  readonly #server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [folder = '', file = ''] = pathname.slice(1).split('/');
    const adapter = this.#adapter;
    if (adapter === undefined || searchParams.get('signature') !== 'c0ffee') {
      response.writeHead(403).end();
      return;
    }
    adapter.open({ folder, file }, {}).then(
      async ({ body }) => void response.writeHead(200).end(await bytesOf(body)),
      () => void response.writeHead(404).end(),
    );
  });
  readonly #jobs = new Map<string, Job>();
  #adapter: MemoryAdapter | undefined;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  wrap(adapter: MemoryAdapter): SourceAdapter {
    this.#adapter = adapter;
    const { capabilities } = adapter;
    return overlay(adapter, {
      capabilities: { ...capabilities, linkFile: native, archive: native, archiveCancel: native, archiveAttach: native, limits: { ...capabilities.limits, linkLifetimeMs: lifetimeMs } },
      link: async (ref) => this.#link(adapter, ref),
      archive: (selection, { signal }) => untilAborted(this.#archive(adapter, selection), signal),
      attach: async ({ operation }) => {
        const job = this.#jobs.get(operation);
        if (job === undefined) throw new FileSourceError('conflict', 'there is no such job any more');
        return this.#operation(adapter, operation, job);
      },
    });
  }

  async #link(adapter: MemoryAdapter, ref: { readonly folder: string; readonly file?: string }): Promise<Link> {
    await adapter.stat(ref, {});
    const { port } = this.#server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}/${ref.folder}/${ref.file}?signature=c0ffee`, kind: 'file', expires: new Date(Date.now() + lifetimeMs), needsCredentials: false };
  }

  async #archive(adapter: MemoryAdapter, selection: ArchiveSelection): Promise<Operation<Archive>> {
    const entries = new Map<string, FileEntry>();
    const lost: ArchiveItem[] = [];
    const walk = async (folder: string): Promise<void> => {
      for (let cursor: string | undefined; ; ) {
        const page = await adapter.listPage(folder, cursor === undefined ? {} : { cursor });
        for (const entry of page.items) {
          if (entry.kind === 'file') entries.set(`${folder}/${entry.id}`, entry);
          else await walk(entry.id);
        }
        if (page.cursor === undefined) return;
        ({ cursor } = page);
      }
    };
    for (const folder of selection.folders) await walk(folder);
    for (const ref of selection.files) {
      try {
        entries.set(`${ref.folder}/${ref.file}`, (await adapter.stat(ref, {})) as FileEntry);
      } catch (error) {
        if (!FileSourceError.is(error)) throw error;
        lost.push({ ref, name: null, path: null, size: null, error });
      }
    }
    if (entries.size === 0 && lost[0]?.error !== undefined) throw lost[0].error;
    const id = `job-${this.#jobs.size + 1}`;
    const job: Job = { entries: [...entries.values()], lost, startedMs: Date.now(), lengthMs: this.slow ? 1600 : 0 };
    this.#jobs.set(id, job);
    return this.#operation(adapter, id, job);
  }

  #operation(adapter: MemoryAdapter, id: string, { entries, lost, startedMs, lengthMs }: Job): Operation<Archive> {
    const pathOf = (entry: FileEntry): string => `${entry.id} ${entry.name}`;
    const items = [...entries.map((entry) => ({ ref: { folder: entry.folder, file: entry.id }, name: entry.name, path: pathOf(entry), size: entry.size })), ...lost];
    const open = async (): ReturnType<Archive['open']> => {
      const zip = new yazl.ZipFile();
      for (const entry of entries) {
        const ref: FileRef = { folder: entry.folder, file: entry.id };
        zip.addBuffer(await bytesOf((await adapter.open(ref, {})).body), pathOf(entry));
      }
      zip.end();
      const bytes = await bytesOf(zip.outputStream as Readable);
      return { body: Readable.from([bytes]), size: bytes.length, totalSize: bytes.length, offset: 0, mediaType: 'application/zip', name: 'memory.zip', validator: null, format: 'zip' };
    };
    return createPolledOperation<Archive>({
      clock: realClock,
      token: () => id,
      limits: { minDelayMs: 20, maxDelayMs: 100 },
      poll: async () => {
        const percent = lengthMs === 0 ? 100 : Math.min(100, Math.floor(((Date.now() - startedMs) / lengthMs) * 100));
        if (percent < 100) return { status: 'running', percent, processed: null };
        return { status: 'succeeded', result: { name: 'memory.zip', items, warning: null, link: null, open } };
      },
      cancel: async () => undefined,
    });
  }
}

/** The harness of a {@link MemoryVendor}; `wrap` may stand around it and lie. */
export async function createVendorHarness(wrap: (adapter: SourceAdapter) => SourceAdapter = (adapter) => adapter): Promise<MemoryHarness> {
  const vendor = new MemoryVendor();
  await vendor.listen();
  const outer: Wrap = (adapter) => wrap(vendor.wrap(adapter));
  const harness = await createMemoryHarness(outer);
  return {
    ...harness,
    controls: { ...harness.controls, slowArchives: () => void (vendor.slow = true) },
    calm: async () => {
      vendor.slow = false;
      await harness.calm?.();
    },
    close: async () => vendor.close(),
  };
}
