import { describe, expect, test } from '@jest/globals';
import { Table } from '../src/render/table.ts';
import { bytesText, durationText, timeText } from '../src/render/values.ts';

describe('a table', () => {
  test('aligns umlauts, composed or not', () => {
    const table = new Table([{ title: 'NAME' }, { title: 'SIZE', align: 'right' }, { title: 'X' }]);
    const lines = table.lines([
      ['Mu\u0308ller', '7 B', 'a'],
      ['Müller-Straße', '12.5 kB', 'b'],
    ]);
    expect(lines).toEqual(['Mu\u0308ller             7 B  a', 'Müller-Straße  12.5 kB  b']);
  });

  test('never narrows a column when rows come in batches', () => {
    const table = new Table([{ title: 'A' }, { title: 'B' }]);
    table.lines([['wide cell', 'x']]);
    expect(table.lines([['a', 'y']])).toEqual(['a          y']);
  });

  test('does not pad the last column', () => {
    expect(new Table([{ title: 'A' }, { title: 'LONG TITLE' }]).lines([['a', '']])).toEqual(['a']);
  });
});

describe('values', () => {
  test('show what is not known as a dash', () => {
    expect([bytesText(null), timeText(null)]).toEqual(['-', '-']);
  });

  test('show bytes, times and durations for people', () => {
    expect(bytesText(1_337_000)).toBe('1.34 MB');
    expect(timeText(new Date(2026, 2, 1, 9, 5))).toBe('2026-03-01 09:05');
    expect([durationText(4_400), durationText(75_000), durationText(3_700_000)]).toEqual(['4 s', '1 min 15 s', '1 h 1 min']);
  });
});
