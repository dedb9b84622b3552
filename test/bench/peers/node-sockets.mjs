// The floor on Node for many small files: sockets that are read into a buffer, and nothing done that the bytes do not need.
// It believes every answer: a status, a coding or a second answer is not looked at.
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { argv } from 'node:process';
import { saveFile } from './save-file.mjs';

const [, , base, namesFile, directory, atOnce] = argv;
const names = JSON.parse(await readFile(namesFile, 'utf8'));
const { hostname, port, pathname } = new URL(base);
/** Room for the largest file of these workloads, and its head. */
const mostBytes = 160 * 1024;
const headEnd = Buffer.from('\r\n\r\n');
let next = 0;

/** Fetches one file after another on a connection of its own. */
function lane() {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafeSlow(mostBytes);
    let [name, filled, bodyAt, length] = ['', 0, -1, 0];
    const ask = () => {
      if (next >= names.length) {
        socket.destroy();
        return;
      }
      name = names[next++];
      [filled, bodyAt] = [0, -1];
      socket.write(`GET ${pathname}/${name} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`, 'latin1');
    };
    const take = (bytes) => {
      filled += bytes;
      const end = bodyAt === -1 ? buffer.subarray(0, filled).indexOf(headEnd) : -1;
      if (end !== -1) {
        bodyAt = end + headEnd.length;
        length = Number(/content-length: (\d+)/i.exec(buffer.latin1Slice(0, end))[1]);
      }
      if (bodyAt === -1 || filled < bodyAt + length) return true;
      saveFile(directory, name, buffer.subarray(bodyAt, bodyAt + length));
      ask();
      return true;
    };
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread: { buffer: () => buffer.subarray(filled), callback: take } });
    socket.on('error', reject).on('close', resolve);
    ask();
  });
}

await Promise.all(Array.from({ length: Number(atOnce) }, lane));
process.exit(0);
