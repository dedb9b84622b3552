import { describe, expect, test } from '@jest/globals';
import { FileSourceError } from '@filesource/core';
import { Output, OutputClosed, OutputFailed } from '../src/output.ts';
import { errorLines, reportError } from '../src/report-error.ts';
import { BrokenPipe, Capture, terminal } from './support/capture.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { Writable } from 'node:stream';

describe('output', () => {
  test('has colours on a terminal only, and none with NO_COLOR', () => {
    expect(new Output(terminal(), {}).style('red', 'x')).toBe('\u001B[31mx\u001B[39m');
    expect(new Output(terminal(), { NO_COLOR: '1' }).style('red', 'x')).toBe('x');
    expect(new Output(terminal(), { TERM: 'dumb' }).style('red', 'x')).toBe('x');
    expect(new Output(new Capture(), {}).style('red', 'x')).toBe('x');
  });

  test('waits for a slow reader', async () => {
    const waiting: (() => void)[] = [];
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void waiting.push(done) });
    let isWritten = false;
    const written = new Output(slow, {}).write('xx').then(() => {
      isWritten = true;
    });
    await pause(20);
    expect(isWritten).toBe(false);
    waiting[0]?.();
    await written;
    expect(isWritten).toBe(true);
  });

  test('writes any number of lines, in order and with few writes', async () => {
    const capture = new Capture();
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`);
    const out = new Output(capture, {});
    await out.lines([]);
    await out.lines(lines);
    expect(capture.text).toBe(`${lines.join('\n')}\n`);
    expect(capture.chunks.length).toBeLessThan(10);
  });

  test('says when its reader has gone, and then tells nothing on the side', async () => {
    const out = new Output(new BrokenPipe(1), {});
    await out.line('one');
    await expect(
      (async () => {
        await out.line('two');
        await pause(5);
        await out.line('three');
      })(),
    ).rejects.toThrow(OutputClosed);
    expect(out.isOpen).toBe(false);
    out.tell('four');
  });

  test('passes on what else goes wrong with a stream', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error('disk full'), { code: 'ENOSPC' })) });
    const out = new Output(broken, {});
    await out.line('one').catch(() => undefined);
    await pause(5);
    await expect(out.line('two')).rejects.toThrow(new OutputFailed('ENOSPC'));
  });
});

describe('an error', () => {
  const error = new FileSourceError('not-found', 'there is no\u001B[2J file', { source: 'contacts', ref: 'contacts:1/2', advice: 'Look again.', vendorCode: '145', cause: new Error('inner') });

  test('is told with its ref, kind, vendor code and advice, and cannot act on the terminal', () => {
    expect(errorLines(error, new Output(new Capture(), {}))).toEqual(['filesource: contacts:1/2: there is no\\x1b[2J file; vendor code 145 (not-found)', '  → Look again.']);
  });

  test('shows frames and causes only when asked', () => {
    const [quiet, verbose] = [new Capture(), new Capture()];
    const options = { json: false, verbose: false, wasInterrupted: false };
    expect(reportError(error, new Output(quiet, {}), options)).toBe(1);
    reportError(error, new Output(verbose, {}), { ...options, verbose: true });
    expect(quiet.text).not.toContain('    at ');
    expect(verbose.text).toContain('    at ');
    expect(verbose.text).toContain('caused by Error: inner');
  });

  test('that is a stranger is told as unexpected', () => {
    const err = new Capture();
    expect(reportError(new TypeError('x is not a function'), new Output(err, {}), { json: true, verbose: false, wasInterrupted: false })).toBe(1);
    expect(err.lines).toHaveLength(1);
    expect(JSON.parse(err.lines[0] ?? '')).toMatchObject({ error: { kind: 'unexpected' } });
  });
});
