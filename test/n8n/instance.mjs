// One n8n with a user folder of its own: its command line and its server.
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

export function createN8nInstance(place, folder) {
  const env = {
    ...place.env,
    N8N_USER_FOLDER: folder,
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_RUNNERS_ENABLED: 'false',
    N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
    N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
  };
  let server;

  /** Puts the package where n8n keeps community nodes, as npm would publish it. */
  async function addPackage(packageFolder) {
    const packed = spawnSync('npm', ['pack', '--pack-destination', folder, '--loglevel', 'error'], { cwd: packageFolder, encoding: 'utf8' });
    if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    const target = join(folder, '.n8n/nodes/node_modules');
    await mkdir(target, { recursive: true });
    if (spawnSync('tar', ['xzf', join(folder, archive), '-C', target]).status !== 0) throw new Error('the package cannot be unpacked');
    await rename(join(target, 'package'), join(target, 'n8n-nodes-filesource'));
  }

  /** A command of n8n; gives what it printed. The vendors' servers run in this process, so it must not stand still meanwhile. */
  async function run(...args) {
    const command = spawn(place.node, [place.n8n, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, status] = await Promise.all([text(command.stdout), text(command.stderr), new Promise((resolve) => command.once('close', resolve))]);
    if (status !== 0) throw new Error(`n8n ${args.join(' ')} failed with ${status}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async function importAll(what, items) {
    const file = join(folder, `${what}.json`);
    await writeFile(file, JSON.stringify(items));
    await run(`import:${what}`, `--input=${file}`);
  }

  /** Runs a workflow to its end; gives the items of its last node. */
  async function execute(id) {
    const printed = await run('execute', `--id=${id}`, '--rawOutput');
    const { data } = JSON.parse(printed.slice(printed.indexOf('{')));
    const { lastNodeExecuted, runData, error } = data.resultData;
    if (error !== undefined) throw new Error(`the workflow ${id} failed: ${error.message}`);
    return runData[lastNodeExecuted][0].data.main[0];
  }

  /** Starts the server; gives its address and what it says. */
  async function start() {
    const port = await freePort();
    const started = spawn(place.node, [place.n8n, 'start'], { env: { ...env, N8N_PORT: String(port), N8N_RUNNERS_BROKER_PORT: String(await freePort()) }, stdio: ['ignore', 'pipe', 'pipe'] });
    server = started;
    // However this process ends, n8n ends with it.
    process.once('exit', () => started.kill());
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
    let log = '';
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk) => (log = (log + chunk).slice(-20_000)));
    for (;;) {
      if (started.exitCode !== null) throw new Error(`n8n ended with ${started.exitCode}\n${log}`);
      // Said after the routes are there and the active workflows have started; its health check answers before.
      if (log.includes('Editor is now accessible')) return { url: `http://127.0.0.1:${port}`, log: () => log };
      await wait(500);
    }
  }

  async function stop() {
    if (server === undefined || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }

  return { addPackage, run, importAll, execute, start, stop };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
