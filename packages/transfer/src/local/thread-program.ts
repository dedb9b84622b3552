/** For {@link keptBy}: what is written around the inner function, a bundler wrote. */
function probe(): () => number {
  const inner = (): number => 0;
  return inner;
}

/** What a bundler that keeps the names of functions calls for each of them. */
function keptBy(): string | undefined {
  return /([\w$]+)\(\s*\(\)\s*=>\s*0/.exec(probe.toString())?.[1];
}

/**
 * A program for a thread that is made of the text of functions, so that it runs from a bundle, from sources and from packages alike.
 * - The functions use nothing but what is in them or handed to them.
 */
export function threadProgram(text: string): string {
  const keeper = keptBy();
  return keeper === undefined ? text : `const ${keeper} = (named) => named;\n${text}`;
}
