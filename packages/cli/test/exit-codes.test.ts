import { describe, expect, test } from '@jest/globals';
import { errorKinds } from '@filesource/core';
import type { Receipt, ReceiptFile } from '@filesource/transfer';
import { exitCodeOf, exitCodes } from '../src/exit-codes.ts';
import { exitCodeOfReceipt } from '../src/transfer-command.ts';

const file = (ref: string, status: ReceiptFile['status'], error?: ReceiptFile['error']): ReceiptFile => ({ ref, name: 'a', path: 'a', size: 1, sha256: null, status, ...(error === undefined ? {} : { error }) });

function receipt(files: readonly ReceiptFile[], more: Partial<Receipt> = {}): Receipt {
  const count = (status: string): number => files.filter((row) => row.status === status).length;
  const totals = { files: files.length, ok: count('ok'), failed: count('failed'), missing: count('missing'), bytes: 0 };
  return { version: 1, complete: totals.ok === totals.files, operation: 'pull', started: '2026-01-01T00:00:00Z', finished: '2026-01-01T00:00:01Z', files, totals, ...more };
}

describe('the exit code of an error', () => {
  test('is 2 for bad usage and bad configs, 1 for every other kind', () => {
    const usage = errorKinds.filter((kind) => exitCodeOf({ kind: kind }, false) === exitCodes.usage);
    expect(usage).toEqual(['invalid-argument', 'config-invalid']);
    expect(errorKinds.filter((kind) => exitCodeOf({ kind: kind }, false) === exitCodes.failed)).toHaveLength(errorKinds.length - 2);
  });

  test('is 1 for what the vendor refused, since it was tried', () => {
    expect(exitCodeOf({ kind: 'invalid-argument', vendorCode: '96' }, false)).toBe(exitCodes.failed);
    expect(exitCodeOf({ kind: 'invalid-argument', httpStatus: 400 }, false)).toBe(exitCodes.failed);
  });

  test('is 130 after Ctrl-C, whatever broke because of it', () => {
    expect(exitCodeOf({ kind: 'aborted' }, true)).toBe(exitCodes.interrupted);
    expect(exitCodeOf({ kind: 'network' }, true)).toBe(exitCodes.interrupted);
    expect(exitCodeOf({ kind: 'aborted' }, false)).toBe(exitCodes.failed);
  });
});

describe('the exit code of a receipt', () => {
  const notFound = { kind: 'not-found', message: 'gone' } as const;

  test('is 0 when it is complete, also with no files at all', () => {
    expect(exitCodeOfReceipt(receipt([file('a:1/2', 'ok')]), ['a:1'])).toBe(exitCodes.done);
    expect(exitCodeOfReceipt(receipt([]), ['a:1'])).toBe(exitCodes.done);
  });

  test('is 3 when something is missing, also when nothing of a folder came', () => {
    expect(exitCodeOfReceipt(receipt([file('a:1/2', 'ok'), file('a:9', 'failed', notFound)]), ['a:1', 'a:9'])).toBe(exitCodes.incomplete);
    expect(exitCodeOfReceipt(receipt([file('a:1/2', 'missing')]), ['a:1'])).toBe(exitCodes.incomplete);
  });

  test('is 1 when every ref itself failed, and 2 when each was a bad ref', () => {
    expect(exitCodeOfReceipt(receipt([file('a:9', 'failed', notFound)]), ['a:9'])).toBe(exitCodes.failed);
    expect(exitCodeOfReceipt(receipt([file('a:x', 'failed', { kind: 'invalid-argument', message: 'no id' })]), ['a:x'])).toBe(exitCodes.usage);
  });

  test('is 0 for a dry run that could list everything', () => {
    expect(exitCodeOfReceipt(receipt([file('a:1/2', 'planned')], { dryRun: true }), ['a:1'])).toBe(exitCodes.done);
    expect(exitCodeOfReceipt(receipt([file('a:1/2', 'planned'), file('a:9', 'failed', notFound)], { dryRun: true }), ['a:1', 'a:9'])).toBe(exitCodes.incomplete);
  });
});
