import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { watchPeak } from './process-tree.mjs';

/** The shell's own stopwatch: wall, user and system time of a command with all its children, in ms, without the shell's start. */
const stopwatch = 'times=$1; shift; TIMEFORMAT="%3R %3U %3S"; { time "$@" 2>&9 9>&-; } 9>&2 2>"$times"';

/**
 * Runs a command to its end: `{ wallMs, cpuMs, peakMiB, stdout }`.
 * - Throws when it ends with another status than 0.
 */
export async function measureCommand([file, ...args], { timesFile, env, cwd, track = () => undefined }) {
  const child = spawn('bash', ['-c', stopwatch, 'bash', timesFile, file, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  track(child);
  const peak = watchPeak(child.pid);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout = (stdout + chunk).slice(-100_000)));
  child.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-4000)));
  const { status, error } = await new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('close', (status) => resolve({ status }));
  });
  const peakMiB = peak.stop();
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${file.split('/').at(-1)} ended with status ${status}: ${lastLines(stderr)}`);
  const [wall, user, system] = (await readFile(timesFile, 'utf8')).trim().split(' ').map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, peakMiB, stdout };
}

function lastLines(text) {
  return text.trim().split('\n').slice(-3).join(' | ') || 'it said nothing';
}
