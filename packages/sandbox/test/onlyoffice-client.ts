import { inflateRawSync } from 'node:zlib';
import { demoUsers, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions, startOnlyOfficeSandbox } from '../src/index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** The envelope; `undefined` when the body is no JSON. */
  readonly json: Record<string, unknown> | undefined;
  readonly response: unknown;
}

interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly as?: string | null;
}

/** A sandbox on a clock that only the test moves, and a signed-in first user. */
export interface Bench {
  readonly sandbox: OnlyOfficeSandbox;
  readonly token: string;
  pass(milliseconds: number): void;
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  signIn(user?: number): Promise<string>;
  /** Starts a download and answers its url after it has come to its end. */
  download(body: unknown): Promise<string>;
}

const open: OnlyOfficeSandbox[] = [];

export async function closeBenches(): Promise<void> {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
}

export async function startBench(options: OnlyOfficeSandboxOptions = {}): Promise<Bench> {
  let now = Date.parse('2026-06-15T10:00:00Z');
  const sandbox = await startOnlyOfficeSandbox({ now: () => now, operationDurationMs: 1000, ...options });
  open.push(sandbox);
  const call = async (method: string, path: string, { body, headers = {}, as }: CallOptions = {}): Promise<Reply> => {
    const credential = as === undefined ? bench.token : as;
    return send(path.startsWith('http') ? path : sandbox.baseUrl + path, {
      method,
      redirect: 'manual',
      headers: { ...(credential !== null && credential !== '' && { authorization: credential }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  const signIn = async (user = 0): Promise<string> => {
    const { userName, password } = demoUsers[user]!;
    const { response } = await call('POST', '/api/2.0/authentication', { body: { userName, password }, as: null });
    return (response as { token: string }).token;
  };
  const bench: Bench & { token: string } = {
    sandbox,
    token: '',
    pass: (milliseconds) => void (now += milliseconds),
    call,
    signIn,
    download: async (body) => {
      await call('PUT', '/api/2.0/files/fileops/bulkdownload', { body });
      bench.pass(1000);
      const { response } = await call('GET', '/api/2.0/files/fileops');
      return String((response as { url?: string }[])[0]?.url);
    },
  };
  bench.token = await signIn();
  return bench;
}

async function send(url: string, init: RequestInit): Promise<Reply> {
  const answer = await fetch(url, init);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = bytes.toString();
  const json = parse(text);
  return { status: answer.status, headers: answer.headers, bytes, text, json, response: json?.['response'] };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Names and contents by the central directory. */
export function unzip(bytes: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>();
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [number, number, number];
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    members.set(name, bytes.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return members;
}
