import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './free-port.mjs';

/**
 * Serves a folder on loopback by HTTP and, where there is openssl, by HTTPS with a certificate made for the run.
 * - nginx in one process; where it is not installed, a server on Node in a process of its own.
 * - `bytesPerSecond`: what each connection brings at most; default: no bound.
 */
export async function startFileServer(world, root, { bytesPerSecond } = {}) {
  const [httpPort, httpsPort] = [await freePort(), await freePort()];
  const place = join(world.home, `server-${httpPort}`);
  await mkdir(place, { recursive: true });
  const tls = world.peers.found.has('openssl') ? await makeCertificate(place) : undefined;
  const settings = { root, place, httpPort, httpsPort, tls, bytesPerSecond };
  const isNginx = world.peers.found.has('nginx');
  const [file, ...args] = isNginx ? await nginxCommand(settings) : [process.execPath, fileURLToPath(new URL('static-server.mjs', import.meta.url)), JSON.stringify(settings)];
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  world.onClose(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  await untilAnswers(`${httpUrl}/bench-status`);
  let seen = await countAt(httpUrl);
  return {
    kind: isNginx ? 'nginx' : 'a static server on Node',
    httpUrl,
    httpsUrl: tls === undefined ? undefined : `https://127.0.0.1:${httpsPort}`,
    caFile: tls?.certificate,
    /** Requests since this was asked last. */
    requests: async () => {
      const before = seen;
      seen = await countAt(httpUrl);
      return seen - before - 1;
    },
  };
}

/** A certificate for loopback that is its own authority. */
async function makeCertificate(place) {
  const [certificate, key] = [join(place, 'certificate.pem'), join(place, 'key.pem')];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=filesource bench', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', key, '-out', certificate];
  await promisify(execFile)('openssl', args);
  return { certificate, key };
}

async function nginxCommand({ root, place, httpPort, httpsPort, tls, bytesPerSecond }) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${place}/${name};`).join(' ');
  const secure = tls === undefined ? '' : `server { listen 127.0.0.1:${httpsPort} ssl; ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key}; root ${root}; autoindex on; }`;
  const bound = bytesPerSecond === undefined ? '' : `limit_rate ${bytesPerSecond};`;
  const config = `daemon off; master_process off; pid ${place}/nginx.pid; error_log ${place}/error.log;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; default_type application/octet-stream; ${bound} ${temporary}
  server { listen 127.0.0.1:${httpPort}; root ${root}; autoindex on; location = /bench-status { stub_status; } }
  ${secure}
}
`;
  await writeFile(join(place, 'nginx.conf'), config);
  return ['nginx', '-c', join(place, 'nginx.conf'), '-e', join(place, 'error.log')];
}

/** nginx tells three numbers, "accepts handled requests"; the server on Node writes the same line. */
async function countAt(httpUrl) {
  const text = await (await fetch(`${httpUrl}/bench-status`)).text();
  return Number(/^\s*\d+ \d+ (\d+)\s*$/m.exec(text)?.[1]);
}

async function untilAnswers(url) {
  for (let look = 0; ; look += 1) {
    try {
      await (await fetch(url)).text();
      return;
    } catch (error) {
      if (look === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
