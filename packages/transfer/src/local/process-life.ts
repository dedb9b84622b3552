import { readFileSync } from 'node:fs';
import { codeOf } from './target-error.ts';

/**
 * When a process began, as a text that no other process of this machine has, not even after a restart; `null` where the system does not tell.
 * - Process ids come again, in containers soon.
 */
export function bornOf(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    return null;
  }
}

/** True when a process of this machine has the id, whoever it belongs to. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
