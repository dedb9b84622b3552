import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type CliResult, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ storage: 'presigned' });
});
afterAll(() => world.close());

/** What must not be seen: the credentials, in any spelling, and the signatures that the servers put into links. */
function leaksIn(text: string): string[] {
  const forms = world.secrets.flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]);
  const found = forms.filter((form) => text.includes(form)).map(() => 'a credential');
  if (/[?&](params|filename|sig(nature)?|stream_auth|X-Amz-[A-Za-z]+)=[^\s"…]/i.test(text)) found.push('a signed link');
  if (/"(hmac|authorization|cookie)"\s*:\s*"(?!\[)/i.test(text)) found.push('a signature or header');
  return found;
}

function expectNoLeak(title: string, result: CliResult): void {
  expect({ title, leaks: leaksIn(result.stdout + result.stderr) }).toEqual({ title, leaks: [] });
}

describe('no credential and no signed link', () => {
  const commands: readonly (readonly string[])[] = [
    ['sources'],
    ['sources', '--json'],
    ['config', 'check'],
    ['list', 'contacts:1237', '--json'],
    ['list', 'documents:@my'],
    ['stat', 'appointments:247/3247', '--json'],
    ['get', 'appointments:247/3247', '--to', 'out.bin'],
    ['get', 'contacts:1237/999999'],
    ['get', 'documents:@my/999999'],
    ['pull', 'contacts:1237', 'appointments:247', 'documents:103', '--to', 'pulled', '--receipt', 'pulled.json', '--json'],
    ['archive', 'documents:101', '--to', 'a.zip', '--receipt', 'a.json', '--json'],
    ['archive', 'documents:999999', '--to', 'b.zip'],
    ['archive', 'contacts:1237', '--to', 'c.zip'],
    ['archive', 'documents:101', '--detach', '--json'],
    ['operation', 'status', 'fsop_none', '--json'],
    ['list', 'nobody:1'],
  ];

  it.each(commands.map((args) => [args.join(' '), args] as const))('in the output of %s, at any level of detail', async (title, args) => {
    for (const detail of [[], ['--verbose']]) expectNoLeak(title, await world.run([...detail, ...args]));
  });

  it('when the credentials are wrong', async () => {
    for (const ref of ['contacts:1237', 'documents:@my']) {
      const env = { ONOFFICE_SECRET: 'wrong-secret-value-0123456789', ONLYOFFICE_API_KEY: 'sk-wrongwrongwrong0123456789' };
      const result = await world.run(['--verbose', 'list', ref, '--json'], { env });
      expect(result.status).toBe(1);
      expect(result.stdout + result.stderr).not.toMatch(/wrong-secret-value|wrongwrongwrong/);
      expectNoLeak(ref, result);
    }
  });

  it('when the config is wrong and holds them in the clear', async () => {
    const config = await world.writeConfig('clear.yaml', 'sources:\n  contacts:\n    provider: onoffice-address\n    token: clear-token-value-1\n    secret: [clear-secret-value-2]\n    tokn: clear-token-value-3\n  x: "clear-secret-value-4\n');
    const broken = await world.run(['config', 'check', '--config', config]);
    expect(broken.status).toBe(2);
    expect(broken.stdout + broken.stderr).not.toMatch(/clear-(token|secret)-value/);
    const wrong = await world.writeConfig('clear2.yaml', 'sources:\n  contacts:\n    provider: onoffice-address\n    token: clear-token-value-1\n    secret: [clear-secret-value-2]\n    tokn: clear-token-value-3\n');
    const result = await world.run(['--verbose', 'config', 'check', '--config', wrong]);
    expect(result.status).toBe(2);
    expect(result.stdout + result.stderr).not.toMatch(/clear-(token|secret)-value/);
  });

  it('in any file that a command wrote, the journal of a pull that was killed included', async () => {
    const killed = await world.run(['pull', 'contacts:1240', 'appointments:248', 'documents:104', '--to', 'killed', '--json'], {
      onStart: (child) => child.stdout?.on('data', (chunk: Buffer) => void (chunk.includes('file-done') && child.kill('SIGKILL'))),
    });
    expect(killed.status).toBeNull();
    const written = (await readdir(world.directory, { recursive: true })).filter((name) => name.endsWith('.json') || name.includes('.filesource-'));
    expect(written).toContain('killed/.filesource-journal');
    for (const name of written) expect({ name, leaks: leaksIn(await readFile(world.path(name), 'latin1')) }).toEqual({ name, leaks: [] });
  });
});
