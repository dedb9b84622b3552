import { describe, expect, it } from '@jest/globals';
import { createFileSource, createLimiter, createPolledOperation, FileSourceError, native, parseOperationToken, type Archive, type ArchiveHandle, type Capabilities, type FileSource, type Observation, type SourceAdapter } from '@filesource/core';
import { createInstantClock, createMemoryAdapter, createTestPorts } from '@filesource/testkit';
import { Readable } from 'node:stream';

interface Made {
  readonly source: FileSource;
  readonly handles: readonly ArchiveHandle[];
  started: number;
}

const archive: Archive = {
  name: 'x.zip',
  items: [],
  warning: null,
  link: null,
  open: async () => ({ body: Readable.from([Buffer.from('PK')]), size: 2, totalSize: 2, offset: 0, mediaType: null, name: null, validator: null, format: 'zip' }),
};

/** A vendor whose jobs outlive us, or memory alone. */
function make(options: { readonly name?: string; readonly account?: string; readonly operation?: string; readonly look?: () => Promise<Observation<Archive>>; readonly emulated?: boolean } = {}): Made {
  const clock = createInstantClock();
  const handles: ArchiveHandle[] = [];
  const capabilities: Partial<Capabilities> = options.emulated === true ? {} : { archive: native, archiveConvert: native, archiveCancel: native, archiveAttach: native };
  const memory = createMemoryAdapter({ folders: [{ id: '1', files: [] }], capabilities });
  let id = options.operation ?? 'job-1';
  const operation = (): ReturnType<typeof createPolledOperation<Archive>> =>
    createPolledOperation<Archive>({
      clock,
      token: () => id,
      poll:
        options.look ??
        (async () => {
          id = 'job-1~ended';
          return { status: 'succeeded', result: archive };
        }),
      cancel: async () => undefined,
    });
  const adapter: SourceAdapter = {
    ...memory,
    ...(options.emulated === true
      ? {}
      : {
          archive: async () => {
            made.started += 1;
            return operation();
          },
          attach: async (handle: ArchiveHandle) => {
            handles.push(handle);
            return operation();
          },
        }),
  };
  const ports = createTestPorts({ clock });
  const made: Made = {
    source: createFileSource({ name: options.name ?? 'documents', provider: 'memory', account: options.account ?? 'vendor:somebody', adapter, ports, limiter: createLimiter(4), retry: { baseDelayMs: 1 } }),
    handles,
    started: 0,
  };
  return made;
}

async function failureOf(promise: Promise<unknown>): Promise<FileSourceError> {
  try {
    await promise;
  } catch (error) {
    if (FileSourceError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('attaching to an archive', () => {
  it('works from another source of the same config, which learns what was asked for', async () => {
    const { token } = await make().source.archive(['1', '2/7', '2/8'], { convert: { 7: '.pdf' } });
    const other = make();
    const operation = await other.source.attach(token!);
    expect(await operation.result()).toMatchObject({ name: 'x.zip' });
    expect(other.handles).toEqual([{ operation: 'job-1', started: expect.any(Date), selection: { folders: ['1'], files: [{ folder: '2', file: '7' }, { folder: '2', file: '8' }], convert: new Map([['7', '.pdf']]) } }]);
  });

  it('gives another token once the end was seen, and the first time of start in it', async () => {
    const { token } = await make().source.archive(['1']);
    const operation = await make().source.attach(token!);
    expect(operation.token).toBe(token);
    await operation.result();
    const [before, after] = [token!, operation.token!].map((text) => parseOperationToken(text).handle);
    expect(after).toEqual({ ...before, operation: 'job-1~ended' });
  });

  it.each([
    ['another source', { name: 'archive' }, 'another source'],
    ['another account', { account: 'vendor:somebody-else' }, 'another account'],
  ])('is refused to %s, and nothing is sent', async (_name, options, message) => {
    const { token } = await make().source.archive(['1']);
    const other = make(options);
    const error = await failureOf(other.source.attach(token!));
    expect(error).toMatchObject({ kind: 'invalid-argument', source: other.source.name, operation: 'attach', message: expect.stringContaining(message) });
    expect(other.handles).toEqual([]);
  });

  it('holds neither the account nor a URL', async () => {
    const { token } = await make({ account: 'https://portal.example.com/:somebody' }).source.archive(['1']);
    expect(JSON.stringify(parseOperationToken(token!))).not.toMatch(/https|portal|somebody/);
  });

  it('is refused where an archive is made here: there is no token, and attach is unsupported', async () => {
    const { source } = make({ emulated: true });
    expect(source.capabilities.archiveAttach.support).toBe('unsupported');
    expect((await source.archive(['1'])).token).toBeNull();
    expect(await failureOf(source.attach('fsop_x'))).toMatchObject({ kind: 'unsupported', source: 'documents' });
    expect(await failureOf(source.archive(['1'], { needsToken: true }))).toMatchObject({ kind: 'unsupported' });
  });

  it('starts nothing that is too large for a token when one is needed', async () => {
    const made = make();
    const files = Array.from({ length: 30_000 }, (_, index) => `1/${857_864_274 + index * 7919}`);
    expect(await failureOf(made.source.archive(files, { needsToken: true }))).toMatchObject({ kind: 'too-large', source: 'documents', operation: 'archive' });
    expect(made.started).toBe(0);
    expect((await made.source.archive(files)).token).toBeNull();
  });

  it('gives no token for a job whose id is a URL', async () => {
    expect((await make({ operation: 'https://portal.example.com/job/1' }).source.archive(['1'])).token).toBeNull();
  });

  it('tells where an operation failed that was attached to', async () => {
    const { token } = await make().source.archive(['1']);
    const operation = await make({ look: async () => ({ status: 'failed', error: new FileSourceError('vendor-failure', 'disk full', { status: 'permanent' }) }) }).source.attach(token!);
    expect(await failureOf(operation.result())).toMatchObject({ kind: 'vendor-failure', source: 'documents', provider: 'memory' });
    expect(operation.progress.status).toBe('failed');
  });
});
