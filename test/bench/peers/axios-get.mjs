// The usual way to save a file with axios: a stream, piped to a file.
import { createWriteStream } from 'node:fs';
import { argv } from 'node:process';
import { pipeline } from 'node:stream/promises';
import { axios } from './axios.mjs';

const [, , url, path] = argv;
const { data } = await axios.get(url, { responseType: 'stream' });
await pipeline(data, createWriteStream(path));
