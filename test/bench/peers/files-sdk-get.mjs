// One file with files-sdk: its S3 adapter on fetch, which signs its requests, against a server that heeds no signature.
import { createWriteStream } from 'node:fs';
import { argv } from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [, , packagePath, endpoint, bucket, key, path] = argv;
const { Files } = await import(pathToFileURL(join(packagePath, 'dist/index.js')).href);
const { s3Fetch } = await import(pathToFileURL(join(packagePath, 'dist/s3-fetch/index.js')).href);
const files = new Files({ adapter: s3Fetch({ bucket, endpoint, region: 'eu-1', accessKeyId: 'bench', secretAccessKey: 'bench', forcePathStyle: true }) });
const file = await files.download(key, { as: 'stream' });
await pipeline(Readable.fromWeb(file.stream()), createWriteStream(path));
