import type { TransferEvent } from '@filesource/transfer';
import { SingleBar } from 'cli-progress';
import type { Output } from '../output.ts';
import { jsonLine, safeText } from './safe-text.ts';
import { TransferMeter } from './transfer-meter.ts';

/** Shows a transfer while it runs; `stop` leaves the terminal as it was. */
export interface ProgressView {
  take(event: TransferEvent): void;
  stop(): void;
}

export interface ViewOptions {
  readonly label: string;
  /** False where files come in one piece. */
  readonly countsFiles: boolean;
  readonly now: () => number;
}

const steps = 1_000;
const plainEveryMs = 5_000;

/** A bar on one line that redraws itself. */
export function createBarView(err: Output, { label, countsFiles, now }: ViewOptions): ProgressView {
  const meter = new TransferMeter({ countsFiles });
  const bar = new SingleBar({
    stream: err.stream,
    format: `${label} {bar} {percentage}%  {text}`,
    barsize: Math.max(8, Math.min(30, err.columns - 70)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    emptyOnZero: true,
    // Cuts the line here in place of switching off the terminal's wrapping, which an abrupt end would leave off.
    linewrap: true,
    gracefulExit: false,
  });
  const start = (): void => bar.start(steps, 0, { text: countsFiles ? 'listing' : 'asking for it' });
  start();
  return {
    take(event) {
      meter.take(event, now());
      const notice = noticeOf(event);
      if (notice !== undefined) {
        // A line of its own: what is told beside a bar would hang on its end.
        bar.stop();
        err.tell(notice);
        start();
      }
      if (event.type === 'planned' || event.type === 'progress' || event.type === 'operation-progress') bar.update(Math.round(meter.fraction * steps), { text: meter.text() });
    },
    stop: () => bar.stop(),
  };
}

/** A line now and then, for logs and pipes. */
export function createPlainView(err: Output, { label, countsFiles, now }: ViewOptions): ProgressView {
  const meter = new TransferMeter({ countsFiles });
  let lastMs = now();
  let phase = '';
  return {
    take(event) {
      meter.take(event, now());
      const notice = noticeOf(event);
      if (notice !== undefined) err.tell(notice);
      const isNews = event.type === 'planned' || (event.type === 'operation-progress' && phase !== event.type);
      if (event.type === 'progress' || event.type === 'operation-progress') phase = event.type;
      else if (event.type !== 'planned') return;
      const isEmpty = event.type === 'planned' && event.files === 0;
      if (isEmpty || (!isNews && now() - lastMs < plainEveryMs)) return;
      lastMs = now();
      err.tell(`${label}: ${meter.text()}`);
    },
    stop: () => undefined,
  };
}

/** What is told however a transfer is followed. */
function noticeOf(event: TransferEvent): string | undefined {
  if (event.type === 'journal-damaged') return `filesource: the journal of an earlier pull is damaged; it is set aside as ${safeText(event.path)}, and everything is fetched anew`;
  if (event.type === 'folder-empty') return `filesource: ${safeText(event.ref)} has no files; an id that does not exist may look the same, so check it`;
  return undefined;
}

/** For what is over at once, where nobody watches. */
export const noView: ProgressView = { take: () => undefined, stop: () => undefined };

/** Every event as it is, one JSON object a line on standard output. */
export function createEventView(out: Output): ProgressView {
  return { take: (event) => out.tell(jsonLine(event)), stop: () => undefined };
}
