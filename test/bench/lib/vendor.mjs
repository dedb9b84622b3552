import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts a vendor's server in a process of its own: `onoffice` and `onlyoffice` are scripted and fast, `sandbox` is ours.
 * - Resolves to what it tells first, and `requests()`: how many it answered since that was asked last.
 */
export async function startVendor(world, name, settings = {}) {
  const child = fork(fileURLToPath(new URL(`../vendors/${name}.mjs`, import.meta.url)), [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let fail;
  const ended = new Promise((resolve) => {
    child.once('exit', (status) => {
      fail?.(new Error(`the server ${name} ended with status ${status}`));
      resolve();
    });
  });
  const told = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      fail = reject;
    });
  world.onClose(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const facts = await told();
  return {
    ...facts,
    requests: () => {
      const answer = told();
      child.send('requests');
      return answer;
    },
  };
}
