import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { interpolate, interpolateText } from '../src/config/interpolate.ts';

const env = { NAME: 'value', EMPTY: '', TRICK: '${NAME}' };

describe('interpolation', () => {
  it.each([
    ['${NAME}', 'value'],
    ['a ${NAME} b ${NAME}', 'a value b value'],
    ['${EMPTY}', ''],
    ['${EMPTY:-other}', 'other'],
    ['${NONE:-other}', 'other'],
    ['${NONE:-}', ''],
    ['${NAME:-other}', 'value'],
    ['${NONE:-http://x/?a=b}', 'http://x/?a=b'],
    ['$${NAME}', '${NAME}'],
    ['$$${NAME}', '$${NAME}'],
    ['$NAME costs $5', '$NAME costs $5'],
    ['${TRICK}', '${NAME}'],
    ["$& $1 $'", "$& $1 $'"],
  ])('%s becomes %j', (text, expected) => {
    expect(interpolateText(text, env)).toMatchObject({ text: expected, missing: [] });
  });

  it.each(['${NONE}', '${', '${}', '${1A}', '${NAME', '${a-b}', '${toString}', '${__proto__}'])('%s is a problem', (text) => {
    expect(interpolateText(text, env).missing).toHaveLength(1);
  });

  it('names the variable and the path', () => {
    const { problems } = interpolate({ sources: { a: { token: '${NONE}', list: ['x', '${GONE}'] } } }, env);
    expect(problems).toEqual([
      { path: ['sources', 'a', 'token'], what: 'the environment variable NONE is not set' },
      { path: ['sources', 'a', 'list', 1], what: 'the environment variable GONE is not set' },
    ]);
  });

  it('leaves keys, numbers and the data itself alone', () => {
    const data = { '${NAME}': 1, flag: true, none: null, text: '${NAME}' };
    expect(interpolate(data, env).data).toEqual({ '${NAME}': 1, flag: true, none: null, text: 'value' });
    expect(data.text).toBe('${NAME}');
  });

  it('ends on data that contains itself', () => {
    const data: Record<string, unknown> = {};
    data['self'] = [data, data];
    expect(interpolate(data, env).problems).toHaveLength(2);
  });

  it('gives back every text whose variables are escaped', () => {
    const wild = fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', 'ä', '\n') });
    fc.assert(fc.property(wild, (text) => expect(interpolateText(text.replaceAll('${', () => '$${'), {})).toEqual({ text, missing: [], variables: [] })));
  });

  it('puts the value of a variable in unread, whatever it holds', () => {
    fc.assert(fc.property(fc.string(), (value) => expect(interpolateText('<${V}>', { V: value }).text).toBe(`<${value}>`)));
  });
});
