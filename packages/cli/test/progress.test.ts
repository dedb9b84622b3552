import { describe, expect, test } from '@jest/globals';
import type { TransferEvent } from '@filesource/transfer';
import { Output } from '../src/output.ts';
import { createBarView, createEventView, createPlainView } from '../src/render/progress-view.ts';
import { TransferMeter } from '../src/render/transfer-meter.ts';
import { Capture, terminal } from './support/capture.ts';

const progress = (files: number, bytes: number, totalBytes: number | null = 10_000_000): TransferEvent => ({ type: 'progress', files, totalFiles: 10, bytes, totalBytes });

describe('a transfer meter', () => {
  test('tells files, bytes, rate and the time left', () => {
    const meter = new TransferMeter();
    meter.take({ type: 'planned', files: 10, bytes: 10_000_000 }, 0);
    meter.take(progress(0, 0), 0);
    meter.take(progress(4, 4_000_000), 2_000);
    expect(meter.fraction).toBeCloseTo(0.4);
    expect(meter.rate).toBe(2_000_000);
    expect(meter.text()).toBe('4/10 files  4 MB/10 MB  2 MB/s  3 s left');
  });

  test('says that there may be more until everything is listed', () => {
    const meter = new TransferMeter();
    meter.take(progress(1, 1_000), 0);
    expect(meter.text()).toBe('1/10+ files  1 kB/10 MB+');
  });

  test('goes by files where sizes are not known, and promises no time', () => {
    const meter = new TransferMeter();
    meter.take({ type: 'planned', files: 10, bytes: null }, 0);
    meter.take(progress(0, 0, null), 0);
    meter.take(progress(5, 1_000, null), 1_000);
    expect(meter.fraction).toBe(0.5);
    expect(meter.remainingMs).toBeNull();
  });

  test('measures the last seconds only', () => {
    const meter = new TransferMeter();
    meter.take(progress(0, 0), 0);
    meter.take(progress(1, 9_000_000), 1_000);
    meter.take(progress(1, 9_000_000), 8_000);
    meter.take(progress(1, 9_000_000), 10_000);
    expect(meter.rate).toBe(0);
    expect(meter.remainingMs).toBeNull();
  });

  test('follows the bytes of an archive, which comes in one piece', () => {
    const meter = new TransferMeter({ countsFiles: false });
    meter.take({ type: 'progress', files: 0, totalFiles: 25, bytes: 0, totalBytes: 4_000_000 }, 0);
    meter.take({ type: 'progress', files: 0, totalFiles: 25, bytes: 1_000_000, totalBytes: 4_000_000 }, 1_000);
    expect(meter.text()).toBe('1 MB/4 MB  1 MB/s  3 s left');
  });

  test('shows the vendor\'s own progress while it packs', () => {
    const meter = new TransferMeter();
    meter.take({ type: 'operation-progress', percent: 45.5, processed: 12 }, 0);
    expect(meter.text()).toBe('the vendor is packing, 45 %, 12 done');
    expect(meter.fraction).toBeCloseTo(0.455);
  });
});

describe('progress', () => {
  test('is a line now and then where there is no terminal', () => {
    const err = new Capture();
    let nowMs = 0;
    const view = createPlainView(new Output(err, {}), { label: 'pull', countsFiles: true, now: () => nowMs });
    view.take({ type: 'planned', files: 10, bytes: 10_000_000 });
    for (let files = 1; files <= 10; files += 1) {
      nowMs += 1_500;
      view.take(progress(files, files * 1_000_000));
      view.take({ type: 'file-done', ref: 'a:1/2', path: 'x', size: 1, sha256: '' });
    }
    expect(err.lines).toHaveLength(3);
    expect(err.lines[0]).toBe('pull: 0/10 files  0 B/10 MB');
    expect(err.lines[2]).toMatch(/^pull: 8\/10 files {2}8 MB\/10 MB {2}.*\/s {2}.* left$/);
  });

  test('is one line that redraws itself on a terminal, and is gone at the end', () => {
    const err = terminal(90);
    const view = createBarView(new Output(err, {}), { label: 'pull', countsFiles: true, now: () => 0 });
    view.take({ type: 'planned', files: 10, bytes: 10_000_000 });
    view.take(progress(5, 5_000_000));
    view.stop();
    expect(err.text).toContain('50%  5/10 files  5 MB/10 MB');
    expect(err.text).not.toContain('\n');
    expect(err.text).not.toContain('\u001B[?7l');
    expect(err.text.endsWith('\u001B[2K')).toBe(true);
  });

  test.each([
    ['on a terminal, on a line of its own', terminal(90), createBarView],
    ['where there is none', new Capture(), createPlainView],
  ] as const)('tells a journal that cannot be trusted %s', (_where, err, createView) => {
    const view = createView(new Output(err, {}), { label: 'pull', countsFiles: true, now: () => 0 });
    view.take({ type: 'journal-damaged', path: '.filesource-journal-damaged' });
    view.stop();
    const lines = err.text.split('\n').map((line) => line.slice(line.lastIndexOf('\u001B[2K') + 1).replace('[2K', ''));
    expect(lines[0]).toBe('filesource: the journal of an earlier pull is damaged; it is set aside as .filesource-journal-damaged, and everything is fetched anew');
    expect(lines).toHaveLength(2);
  });

  test('as JSON is every event, one a line', () => {
    const out = new Capture();
    createEventView(new Output(out, {})).take(progress(1, 2));
    expect(out.lines.map((line) => JSON.parse(line) as unknown)).toEqual([progress(1, 2)]);
  });
});
