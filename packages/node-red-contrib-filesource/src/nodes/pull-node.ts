import type { NodeAPI } from 'node-red';
import { systemPorts } from '@filesource/container';
import { pull } from '@filesource/transfer';
import { localPath } from '../worker/local-path.ts';
import { refsOf } from '../worker/refs.ts';
import { progressText, sendReceipt } from '../worker/transfer.ts';
import { registerWorker, type WorkerDef } from '../worker/worker.ts';

interface PullDef extends WorkerDef {
  readonly refs?: string;
  readonly refsType?: string;
  readonly directory?: string;
  readonly directoryType?: string;
  /** Files in flight at once; empty for 8. */
  readonly concurrency?: string | number;
}

export function registerPull(RED: NodeAPI): void {
  registerWorker<PullDef>(RED, 'filesource-pull', async (work) => {
    const { def, msg, source, sources, signal } = work;
    const refs = refsOf((await work.value('refs')) ?? msg.refs ?? msg.payload, source.name);
    const directory = localPath(RED, (await work.value('directory')) ?? msg.directory, 'directory');
    const receiptFile = `${directory}.receipt.json`;
    const { clock, hashing } = systemPorts();
    const receipt = await pull({
      sources,
      refs,
      directory,
      receiptFile,
      signal,
      clock,
      hashing,
      ...(def.concurrency === undefined || def.concurrency === '' ? {} : { concurrency: Number(def.concurrency) }),
      onEvent: (event) => {
        const text = progressText(event, work.text);
        if (text !== undefined) work.progress(text);
      },
    });
    return sendReceipt(work, receipt, receiptFile);
  });
}
