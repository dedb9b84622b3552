import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { faultHelp, faultTables, parseFault } from '../src/faults.ts';

describe('parseFault', () => {
  test.each([
    ['stall', { kind: 'stall' }],
    ['cut:at=1000,times=2,on=content', { kind: 'cut', at: 1000, times: 2, on: ['content'] }],
    ['length:by=-3', { kind: 'length', by: -3 }],
    ['rate-limit:retry=2,as=date,chance=0.25', { kind: 'rate-limit', retry: 2, as: 'date', chance: 0.25 }],
    ['delay:ms=20,on=list+archive,after=3', { kind: 'delay', ms: 20, on: ['list', 'archive'], after: 3 }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    ['', 'There is no fault ""'],
    ['constructor', 'There is no fault "constructor"'],
    ['Cut', 'There is no fault "Cut"'],
    ['cut:', 'cut takes name=value with at, on, after, times, chance'],
    ['cut:at', 'not "at"'],
    ['cut:by=3', 'not "by=3"'],
    ['cut:toString=3', 'not "toString=3"'],
    ['cut:at=', 'at of cut takes a whole number'],
    ['cut:at=-1', 'at of cut takes a whole number'],
    ['cut:at=1e3', 'at of cut takes a whole number'],
    ['cut:at=1,at=2', 'cut is told at twice'],
    ['cut:times=0', 'times of cut takes'],
    ['cut:chance=0', 'chance of cut takes'],
    ['cut:chance=1.5', 'chance of cut takes'],
    ['cut:on=files', 'on of cut takes content, archive'],
    ['status:code=200', 'code of status takes a whole number from 400 to 599'],
    ['redirect:to=example.com', 'to of redirect takes other or plain'],
  ])('refuses %j', (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
  });
});

test('docs/sandbox.md holds the catalogue as it is', async () => {
  const page = await readFile(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8');
  expect(page).toContain(faultTables());
});

test('the help has one line for each fault, none too long for a terminal of 160 columns', () => {
  for (const line of faultHelp().split('\n')) expect(line.length).toBeLessThanOrEqual(160);
  expect(faultHelp()).toContain('  cut:at=');
});
