import { readFileSync } from 'node:fs';

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function childrenOf(pid) {
  return read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter((text) => text !== '').map(Number);
}

function descendantsOf(pid) {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The largest resident set that each process below `pid` has had so far, added up, in MiB; 0 where the system does not tell. */
function residentPeakMiB(pid) {
  return descendantsOf(pid).reduce((sum, child) => sum + Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${child}/status`))?.[1] ?? 0) / 1024, 0);
}

const everyMs = 10;

/** Looks at the processes below `pid` until it is stopped; then tells the most that was seen, or `null`. */
export function watchPeak(pid) {
  let peakMiB = 0;
  const look = () => (peakMiB = Math.max(peakMiB, residentPeakMiB(pid)));
  const timer = setInterval(look, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return peakMiB === 0 ? null : peakMiB;
    },
  };
}
