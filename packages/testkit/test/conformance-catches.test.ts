import { afterEach, describe, expect, it } from '@jest/globals';
import { chooseCases, conformanceAreas, runConformanceCase, type ConformanceCase, type Harness } from '@filesource/testkit';
import { lies, lyingSecret } from './lies/index.ts';
import { createVendorHarness } from './memory-vendor.ts';

function caseOf(area: string, title: string): ConformanceCase {
  const found = conformanceAreas.find((candidate) => candidate.area === area)?.cases.find((candidate) => candidate.title === title);
  if (found === undefined) throw new Error(`there is no case "${area} ${title}"`);
  return found;
}

describe('the conformance kit catches an adapter that', () => {
  let harness: Harness | undefined;
  afterEach(async () => harness?.close());

  for (const { lie, area, title, tell } of lies) {
    it(lie, async () => {
      const one = caseOf(area, title);
      const honest = await createVendorHarness();
      harness = honest;
      await runConformanceCase(one, { ...honest, secrets: [lyingSecret] }, honest.expected);
      await honest.close();
      const lying = await createVendorHarness(tell);
      harness = lying;
      await expect(runConformanceCase(one, { ...lying, secrets: [lyingSecret] }, honest.expected)).rejects.toThrow();
    });
  }
});

describe('the cases of the conformance kit', () => {
  const all = conformanceAreas.flatMap(({ area, cases }) => cases.map(({ title }) => `${area} ${title}`));

  it('are at least 120, and no two have one name', () => {
    expect(all.length).toBeGreaterThanOrEqual(120);
    expect(new Set(all).size).toBe(all.length);
  });

  it('are chosen by what is expected of a source', async () => {
    const honest = await createVendorHarness();
    const titles = (changed: object): string[] => chooseCases(conformanceAreas, { ...honest.expected, ...changed }, []).areas.flatMap(({ cases }) => cases.map(({ title }) => title));
    await honest.close();
    expect(titles({})).not.toContain('refuse linkFile by name where it is unsupported');
    expect(titles({ linkFile: 'unsupported' })).toContain('refuse linkFile by name where it is unsupported');
    expect(titles({ linkFile: 'unsupported' })).not.toContain('to a file is a URL with a kind and an end');
    expect(titles({ openRange: 'emulated' })).not.toContain('does not fetch what stands before it, where ranges are native');
  });

  it('are left out when the harness lacks what they need, and it is known which', async () => {
    const honest = await createVendorHarness();
    const { leftOut, areas, wanted } = chooseCases(conformanceAreas, honest.expected, ['cutBody']);
    await honest.close();
    expect(leftOut.map(({ title }) => title)).toContain('a body of a vendor that misbehaves that is cut once arrives whole');
    expect(areas.flatMap(({ cases }) => cases.map(({ title }) => title))).not.toContain('that is cut once arrives whole');
    expect(wanted).toContain('cutBody');
    expect(wanted).not.toContain('convertible');
  });

  it('fail, and do not pass in silence, when they lack a control that nobody declared missing', async () => {
    const honest = await createVendorHarness();
    const { controls: _controls, ...bare } = honest;
    await expect(runConformanceCase(caseOf('a body of a vendor that misbehaves', 'that is cut once arrives whole'), bare, honest.expected)).rejects.toThrow('the harness has no control cutBody');
    await honest.close();
  });
});
