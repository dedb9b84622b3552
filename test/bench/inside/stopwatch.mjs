/** Measures work inside of a process, its start-up left out: `{ wallMs, cpuMs }`. */
export async function timed(work) {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(startCpu);
  return { value, times: { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1000 } };
}

/** What `asTold` of the suite reads. */
export function tell(facts) {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}
