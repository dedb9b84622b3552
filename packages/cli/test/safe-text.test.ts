import { describe, expect, test } from '@jest/globals';
import { displayWidth, jsonLine, padEnd, safeText } from '../src/render/safe-text.ts';

describe('safeText', () => {
  test('makes terminal escapes, line ends and direction marks visible', () => {
    expect(safeText('a\u001B[2Jb')).toBe('a\\x1b[2Jb');
    expect(safeText('Zeile\r\nzwei')).toBe('Zeile\\x0d\\x0azwei');
    expect(safeText('\u009B31m')).toBe('\\x9b31m');
    expect(safeText('Rechnung\u202Efdp.exe')).toBe('Rechnung\\u{202e}fdp.exe');
    expect(safeText('\uD800')).toBe('\\u{d800}');
  });

  test('leaves letters of any language and emoji as they are', () => {
    expect(safeText('Übergabe Straße 会議 👨‍👩‍👧.pdf')).toBe('Übergabe Straße 会議 👨‍👩‍👧.pdf');
  });
});

describe('jsonLine', () => {
  test('has no character that a terminal acts on and parses to the same value', () => {
    const value = { name: 'a\u001B[2J\u009B31m\u202Eb\u2028\u007F\nä' };
    const line = jsonLine(value);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(line).toContain('ä');
    expect(JSON.parse(line)).toEqual(value);
  });
});

describe('displayWidth', () => {
  test('counts columns and not code units', () => {
    expect(displayWidth('Müller')).toBe(6);
    expect(displayWidth('Mu\u0308ller')).toBe(6);
    expect(displayWidth('会議')).toBe(4);
    expect(displayWidth('👨‍👩‍👧')).toBe(2);
    expect(padEnd('Mu\u0308', 4)).toBe('Mu\u0308  ');
  });
});
