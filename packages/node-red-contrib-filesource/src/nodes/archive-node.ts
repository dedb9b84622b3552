import type { NodeAPI } from 'node-red';
import { FileSourceError } from '@filesource/core';
import { systemPorts } from '@filesource/container';
import { fetchArchive, type TransferEvent } from '@filesource/transfer';
import { localPath } from '../worker/local-path.ts';
import { refsOf } from '../worker/refs.ts';
import type { Outcome } from '../worker/status.ts';
import { progressText, sendReceipt } from '../worker/transfer.ts';
import { registerWorker, type Work, type WorkerDef } from '../worker/worker.ts';

interface ArchiveDef extends WorkerDef {
  /** `fetch`: starts an archive and waits for it; `start`: gives its token at once; `attach`: fetches the one of `msg.token`. */
  readonly mode?: 'fetch' | 'start' | 'attach';
  readonly refs?: string;
  readonly refsType?: string;
  /** `directory`: unpacked there; `file`: kept whole. */
  readonly target?: 'directory' | 'file';
  readonly path?: string;
  readonly pathType?: string;
}

export function registerArchive(RED: NodeAPI): void {
  registerWorker<ArchiveDef>(RED, 'filesource-archive', (work) => (work.def.mode === 'start' ? start(work) : fetch(RED, work)));
}

/** Another flow, process or machine can go on with the token; a cancel here does not reach what was started. */
async function start(work: Work<ArchiveDef>): Promise<Outcome> {
  const { msg, source, signal, send, text } = work;
  const operation = await source.archive(await refs(work), { needsToken: true, onItemError: 'skip', signal });
  const { token, progress } = operation;
  if (token === null) {
    throw new FileSourceError('unsupported', 'there is nothing to come back to: the vendor needed no operation for this, or gives none that can be told', {
      source: source.name,
      advice: 'Fetch the archive at once.',
    });
  }
  send({ ...msg, token, payload: { token, source: source.name, ...progress } }, null);
  return { complete: true, text: text('started') };
}

async function fetch(RED: NodeAPI, work: Work<ArchiveDef>): Promise<Outcome> {
  const { def, msg, source, signal } = work;
  const isFile = def.target === 'file';
  const path = localPath(RED, (await work.value('path')) ?? (isFile ? msg.filename : msg.directory), isFile ? 'file' : 'directory');
  const receiptFile = `${path}.receipt.json`;
  const { clock, hashing } = systemPorts();
  const receipt = await fetchArchive({
    source,
    ...(def.mode === 'attach' ? { operation: () => source.attach(tokenOf(work), { signal }) } : { refs: await refs(work) }),
    to: isFile ? { file: path } : { directory: path },
    receiptFile,
    signal,
    clock,
    hashing,
    onEvent: (event) => show(work, event),
  });
  return sendReceipt(work, receipt, receiptFile);
}

/** An archive that is made here has no vendor's progress; its operation is done at once. */
function show(work: Work<ArchiveDef>, event: TransferEvent): void {
  if (event.type === 'operation-progress' && work.source.capabilities.archive.support !== 'native') return;
  const text = progressText(event, work.text);
  if (text !== undefined) work.progress(text);
}

async function refs(work: Work<ArchiveDef>): Promise<readonly string[]> {
  return refsOf((await work.value('refs')) ?? work.msg.refs ?? work.msg.payload, work.source.name);
}

function tokenOf({ msg }: Work<ArchiveDef>): string {
  if (typeof msg.token === 'string' && msg.token !== '') return msg.token;
  throw new FileSourceError('invalid-argument', 'the message has no token', { advice: 'Give msg.token, as a node of the mode "start" sends it.' });
}
