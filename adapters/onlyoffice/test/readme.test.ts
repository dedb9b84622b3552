import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { capabilityNames } from '@filesource/core';
import { capabilitiesOf } from '../src/capabilities.ts';
import { onlyOfficeConfigSchema } from '../src/config.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function tableUnder(heading: string): string[][] {
  const section = readme.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  return section.split('\n').filter((line) => line.startsWith('|')).slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

describe('README', () => {
  test('tells the capabilities that are declared', () => {
    const told = tableUnder('Capabilities').map(([name, support]) => [name!.replaceAll('`', ''), support]);
    const declared = capabilitiesOf('auto');
    expect(told).toEqual(capabilityNames.map((name) => [name, declared[name].support]));
  });

  test('tells every setting', () => {
    const told = tableUnder('Configuration').flatMap(([names]) => names!.replaceAll('`', '').split(', '));
    expect(told.sort()).toEqual(Object.keys(onlyOfficeConfigSchema.shape).sort());
  });
});

describe('capabilities', () => {
  test('the page size is the configured generation\'s, and the smaller one where it is to be detected', () => {
    expect((['auto', 'docspace', 'workspace'] as const).map((generation) => capabilitiesOf(generation).limits.maxPageSize)).toEqual([100, 100, 1000]);
  });
});
