import { PassThrough } from 'node:stream';
import type { ChildProcess } from 'node:child_process';
import { Output } from '../../packages/cli/src/output.ts';
import { createProgram } from '../../packages/cli/src/program.ts';
import type { RunOptions } from './harness.ts';

type Command = ReturnType<typeof createProgram>;

/** One run of the sweep. */
export interface Line {
  /** `RUNNING` and `ENDED` stand for tokens of operations, `DOCX`, `ID` and `BASE` for what the world has. */
  readonly args: readonly string[];
  /** Default 0. */
  readonly status?: number;
  /** What of standard output is swept, where the rest of it is a link or a credential that was asked for. */
  readonly shown?: (stdout: string) => string;
  /** Uses a command that runs until it is stopped, and stops it. */
  readonly drive?: () => Partial<RunOptions>;
}

/** Written on a command line, where it is refused. */
const clearSecret = 'sk-clear-value-0123456789';

/** What must not be seen: the credentials, in any spelling, and the signatures that the servers put into links. */
export function leaksIn(text: string, secrets: readonly string[]): readonly string[] {
  const forms = [...secrets, clearSecret].flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]);
  const found = forms.filter((form) => text.includes(form)).map(() => 'a credential');
  if (/[?&](params|filename|sig(nature)?|stream_auth|X-Amz-[A-Za-z]+)=[^\s"…]/i.test(text)) found.push('a signed link');
  if (/"(hmac|authorization|cookie)"\s*:\s*"(?!\[)/i.test(text)) found.push('a signature or header');
  return found;
}

/** Every command of the program that does something, by its words. */
export async function commandNames(): Promise<readonly string[]> {
  const silent = new Output(new PassThrough(), {});
  const names = (command: Command, before: string): readonly string[] =>
    command.commands.flatMap((inner) => (inner.commands.length > 0 ? names(inner, `${before}${inner.name()} `) : [`${before}${inner.name()}`]));
  return names(createProgram({ out: silent, err: silent, json: false, run: async () => undefined }), '');
}

export function linesOf(generation: 'docspace' | 'workspace'): readonly Line[] {
  const account = generation === 'docspace' ? ['--set', 'apiKey=${ONLYOFFICE_API_KEY}'] : ['--set', 'userName=${ONLYOFFICE_USER}', '--set', 'password=${ONLYOFFICE_PASSWORD}'];
  const clear = generation === 'docspace' ? `apiKey=${clearSecret}` : `password=${clearSecret}`;
  const init = ['init', '--yes', '--force', '--provider', 'onlyoffice', '--name', 'more', '--set', 'baseUrl=BASE'];
  const failed = 1;
  const usage = 2;
  return [
    { args: ['sources'] },
    { args: ['sources', '--json'] },
    { args: ['config', 'check'] },
    { args: ['config', 'check', '--json'] },
    { args: ['config', 'schema'] },
    { args: ['list', 'contacts:1237', '--json'] },
    { args: ['list', 'documents:@my'] },
    { args: ['list', 'nobody:1'], status: usage },
    { args: ['stat', 'appointments:247/3247', '--json'] },
    { args: ['stat', 'DOCX'] },
    { args: ['get', 'appointments:247/3247', '--to', 'out.bin'] },
    { args: ['get', 'DOCX', '--to', 'out.docx'] },
    { args: ['get', 'DOCX', '--entry', 'word/document.xml'] },
    { args: ['get', 'DOCX', '--entry', 'nothing.xml'], status: failed },
    { args: ['get', 'contacts:1237/999999'], status: failed },
    { args: ['get', 'documents:@my/999999'], status: failed },
    { args: ['link', 'contacts:1237/1757'], shown: withoutLink },
    { args: ['link', 'DOCX', '--json'], shown: withoutLink },
    { args: ['link', 'contacts:1237/999999'], status: failed },
    { args: ['link', 'documents:101/999999', '--json'], status: failed },
    { args: ['link', 'appointments:999999', '--json'], status: failed },
    { args: ['pull', 'contacts:1237', 'appointments:247', 'documents:103', '--to', 'pulled', '--receipt', 'pulled.json', '--json'] },
    { args: ['archive', 'documents:101', '--to', 'a.zip', '--receipt', 'archived.json', '--json'] },
    { args: ['archive', 'documents:101', '--extract', 'unpacked', '--receipt', 'unpacked.json', '--json'] },
    { args: ['archive', 'DOCX', 'documents:103', '--convert', 'ID=.pdf', '--to', 'converted.zip', '--json'] },
    { args: ['archive', 'documents:101', '--to', 'refused.zip', '--max-bytes', '10'], status: failed },
    { args: ['archive', 'documents:999999', '--to', 'b.zip'], status: failed },
    { args: ['archive', 'contacts:1237', '--to', 'c.zip'] },
    { args: ['archive', 'documents:101', '--detach', '--json'] },
    { args: ['operation', 'status', 'RUNNING', '--json'] },
    { args: ['operation', 'status', 'ENDED'] },
    { args: ['operation', 'status', 'fsop_none', '--json'], status: usage },
    { args: ['operation', 'attach', 'ENDED', '--to', 'attached.zip', '--receipt', 'attached.json', '--json'] },
    { args: ['operation', 'attach', 'ENDED', '--extract', 'attached'] },
    { args: ['operation', 'cancel', 'RUNNING'] },
    { args: ['operation', 'cancel', 'ENDED', '--json'] },
    { args: ['verify', 'ready.json'] },
    { args: ['verify', 'kept.json', '--json'] },
    { args: ['verify', 'ready.json', '--dir', 'nowhere'], status: failed },
    { args: ['doctor', 'contacts:1237', 'documents:@my'] },
    { args: ['doctor', '--json'] },
    { args: [...init, ...account, '--config', 'init.yaml'] },
    { args: [...init, '--set', clear, '--config', 'clear.yaml'], status: usage },
    { args: ['serve', '--port', '0', '--json'], drive: () => once(askGateway) },
    { args: ['mcp'], drive: talkMcp },
    { args: ['mcp', '--http', '--json'], drive: () => once(async () => undefined) },
    // Its own credentials are made up and open nothing else; the config that it prints holds them.
    { args: ['sandbox', '--json', '--write-config', 'sandbox.yaml'], shown: withoutOwn, drive: () => once(async () => undefined) },
  ];
}

/** The link is what was asked for. */
function withoutLink(stdout: string): string {
  return stdout.replaceAll(/https?:\/\/[^\s"]+/g, 'LINK');
}

/** Of the one JSON object that tells a sandbox, all but its config. */
function withoutOwn(stdout: string): string {
  const { config, ...rest } = JSON.parse(stdout) as { readonly config: unknown };
  return typeof config === 'string' ? JSON.stringify(rest) : stdout;
}

/** Waits for the first line, uses what it tells, and presses Ctrl-C. */
function once(use: (line: string) => Promise<void>): Partial<RunOptions> {
  let told = '';
  return {
    onStdout: (text, child) => {
      const isFirst = !told.includes('\n');
      told += text;
      if (!isFirst || !told.includes('\n')) return;
      const [line = ''] = told.split('\n');
      void use(line).finally(() => child.kill('SIGINT'));
    },
  };
}

/** Answers of each kind; what they are is tested elsewhere. */
async function askGateway(line: string): Promise<void> {
  const { url, token } = JSON.parse(line) as { readonly url: string; readonly token: string };
  for (const path of ['/v1/sources', '/v1/sources/contacts/folders/1237/entries', '/v1/sources/documents/folders/101/entries', '/v1/sources/nobody', '/v1/sources/documents/folders/101/files/999999/content']) {
    await (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
  }
}

const mcpCalls = [
  { id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'sweep', version: '1' } } },
  { method: 'notifications/initialized' },
  { id: 2, method: 'tools/list' },
  { id: 3, method: 'tools/call', params: { name: 'list_folder', arguments: { ref: 'documents:101' } } },
  { id: 4, method: 'tools/call', params: { name: 'list_folder', arguments: { ref: 'documents:999999' } } },
];

/** Lists tools and folders over standard input and output, and closes its side when all is answered. */
function talkMcp(): Partial<RunOptions> {
  let told = '';
  return {
    keepsStdin: true,
    onStart: (child: ChildProcess) => {
      for (const call of mcpCalls) child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...call })}\n`);
    },
    onStdout: (text, child) => {
      told += text;
      if ([1, 2, 3, 4].every((id) => new RegExp(`"id":${id}[,}]`).test(told))) child.stdin?.end();
    },
  };
}
