/** Whether a version lies in a range as `engines` has them: `^20.19.0 || >=24.0.0`. */
export function isInRange(version: string, range: string): boolean {
  const own = partsOf(version);
  return range.split('||').some((part) => {
    const [, operator = '', wanted = ''] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(part) ?? [];
    if (wanted === '') throw new RangeError(`${JSON.stringify(part)} is no range that is understood`);
    const least = partsOf(wanted);
    return isAtLeast(own, least) && (operator === '>=' || own[0] === least[0]);
  });
}

function partsOf(version: string): readonly number[] {
  return version.split('-', 1).join('').split('.').map(Number);
}

function isAtLeast(own: readonly number[], least: readonly number[]): boolean {
  for (const [index, wanted] of least.entries()) {
    const part = own[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
