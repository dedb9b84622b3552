import { parseFault, type SandboxFault } from '@filesource/sandbox/faults';
import type { PullWay } from '@filesource/transfer';
import { InvalidArgumentError } from 'commander';

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It takes a whole number above 0.');
  return value;
}

export function port(text: string): number {
  const value = positiveInteger(text);
  if (value > 65_532) throw new InvalidArgumentError('It takes a port, 1 to 65532.');
  return value;
}

export function anyPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It takes a port, 0 to 65535.');
  return Number(text);
}

export function milliseconds(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 3_600_000) throw new InvalidArgumentError('It takes milliseconds, up to an hour.');
  return value;
}

export function pullWay(text: string): PullWay {
  if (text === 'auto' || text === 'files' || text === 'archive') return text;
  throw new InvalidArgumentError('It takes auto, files or archive.');
}

export function several(given: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), given];
}

export function fault(text: string, earlier: readonly SandboxFault[] | undefined): readonly SandboxFault[] {
  try {
    return [...(earlier ?? []), parseFault(text)];
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function conversion(text: string, earlier: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const [, id, ending] = /^([^=]+)=\.?([A-Za-z0-9]+)$/.exec(text) ?? [];
  if (id === undefined || ending === undefined) throw new InvalidArgumentError('It takes the id of a file and an ending, such as 7=.pdf.');
  return { ...earlier, [id]: `.${ending}` };
}
