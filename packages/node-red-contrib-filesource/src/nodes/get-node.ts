import type { NodeAPI } from 'node-red';
import { FileSourceError, isFileRef, parseSourceRef, type FileSource } from '@filesource/core';
import { systemPorts } from '@filesource/container';
import { idSegment, safeName, saveFile } from '@filesource/transfer';
import { localPath, placeBelow } from '../worker/local-path.ts';
import { refOf } from '../worker/refs.ts';
import { bytesText, type Outcome } from '../worker/status.ts';
import { registerWorker, type Work, type WorkerDef } from '../worker/worker.ts';

interface GetDef extends WorkerDef {
  readonly ref?: string;
  readonly refType?: string;
  /** `file`: written below the directory; `link`: a URL for somebody else. */
  readonly mode?: 'file' | 'link';
  readonly directory?: string;
  readonly directoryType?: string;
  /** Below the directory; empty for `source/folder id/file id/name`. */
  readonly filename?: string;
  readonly filenameType?: string;
  /** Of a page that a link leads to. */
  readonly language?: string;
}

export function registerGet(RED: NodeAPI): void {
  registerWorker<GetDef>(RED, 'filesource-get', async (work) => {
    const { def, msg, source } = work;
    const given = (await work.value('ref')) ?? msg.ref ?? msg.payload;
    const ref = refOf(given, source.name);
    return def.mode === 'link' ? link(work, ref) : get(RED, work, { ref, ...factsOf(given) });
  });
}

async function link({ def, msg, source, signal, send, text }: Work<GetDef>, ref: string): Promise<Outcome> {
  const { url, kind, expires, needsCredentials } = await source.link(ref, { signal, ...(def.language === undefined || def.language === '' ? {} : { language: def.language }) });
  send({ ...msg, payload: { ref, url, kind, expires: expires?.toISOString() ?? null, needsCredentials } });
  return { complete: true, text: text('linked') };
}

async function get(RED: NodeAPI, work: Work<GetDef>, wanted: Wanted): Promise<Outcome> {
  const { msg, source, signal } = work;
  const directory = localPath(RED, (await work.value('directory')) ?? msg.directory, 'directory');
  const filename = (await work.value('filename')) ?? msg.filename;
  const { name, mediaType } = wanted.name === undefined ? await factsAt(source, wanted.ref, signal) : { mediaType: null, ...wanted, name: wanted.name };
  const file = await placeBelow(directory, typeof filename === 'string' ? filename : pathOf(wanted.ref, name));
  const { hashing, clock } = systemPorts();
  let toldMs = 0;
  const { size, sha256, ref } = await saveFile({
    source,
    ref: wanted.ref,
    file,
    signal,
    hashing,
    clock,
    onProgress: (bytes, totalBytes) => {
      if (Date.now() - toldMs < 200) return;
      toldMs = Date.now();
      work.progress(totalBytes === null || totalBytes === 0 ? bytesText(bytes) : `${Math.floor((100 * bytes) / totalBytes)} %`);
    },
  });
  work.send({ ...msg, payload: { path: file, size, sha256, ref, name, mediaType } });
  return { complete: true, text: bytesText(size ?? 0) };
}

interface Wanted {
  readonly ref: string;
  readonly name?: string;
  readonly mediaType?: string | null;
}

/** An entry of a listing tells already what would be asked for. */
function factsOf(given: unknown): Omit<Wanted, 'ref'> {
  if (typeof given !== 'object' || given === null || !('name' in given) || typeof given.name !== 'string') return {};
  return { name: given.name, mediaType: 'mediaType' in given && typeof given.mediaType === 'string' ? given.mediaType : null };
}

async function factsAt(source: FileSource, ref: string, signal: AbortSignal): Promise<{ readonly name: string; readonly mediaType: string | null }> {
  const entry = await source.stat(ref, { signal });
  if (entry.kind === 'file') return entry;
  throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref, advice: 'Give source:folder/file; a pull node fetches whole folders.' });
}

/** With the file's id in it: two files of one name do not take each other's place. */
function pathOf(text: string, name: string): string {
  const ref = parseSourceRef(text);
  if (!isFileRef(ref)) throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: text, advice: 'Give source:folder/file; a pull node fetches whole folders.' });
  const hash = (id: string): string => {
    const running = systemPorts().hashing.sha256();
    running.update(Buffer.from(id));
    return running.hex();
  };
  return [safeName(ref.source), idSegment(ref.folder, hash), idSegment(ref.file, hash), safeName(name)].join('/');
}
