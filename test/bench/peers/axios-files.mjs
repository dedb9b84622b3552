// Many files with plain axios: so many at a time, each read whole and written by one call. The names stand in a file.
import { readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { argv } from 'node:process';
import { axios } from './axios.mjs';
import { eachAtOnce } from './each-at-once.mjs';

const [, , base, namesFile, directory, atOnce] = argv;
const names = JSON.parse(await readFile(namesFile, 'utf8'));
const httpAgent = new Agent({ keepAlive: true });
await eachAtOnce(names, Number(atOnce), async (name) => {
  const { data } = await axios.get(`${base}/${name}`, { responseType: 'arraybuffer', httpAgent });
  await writeFile(join(directory, name), data);
});
