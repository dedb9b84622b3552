import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves as soon as the output has it, and rejects when the program ends without. */
  seen(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** A program of this folder, compiled, in a process of its own: it does not share the event loop of the servers that it talks to. */
export function startProgram(name: string, cwd: string, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [join(dist, `${name}.js`)], { cwd, env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  let isOver = false;
  const look = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    look();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (status) => {
      isOver = true;
      look();
      resolve({ status, stdout, stderr });
    });
  });
  const seen = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (stdout.includes(text)) resolve();
        else if (isOver) reject(new Error(`it ended without ${JSON.stringify(text)}:\n${stdout}\n${stderr}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  return { child, seen, ended };
}

export async function runProgram(name: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { child, ended } = startProgram(name, cwd, env);
  child.stdin.end();
  return ended;
}

export interface Folder {
  readonly path: string;
  write(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function createFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'filesource-example-'));
  return { path, write: (name, text) => writeFile(join(path, name), text), remove: () => rm(path, { recursive: true }) };
}
