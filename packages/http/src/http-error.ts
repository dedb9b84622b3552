import { types } from 'node:util';
import { abortError, FileSourceError, type ErrorFacts, type ErrorKind } from '@filesource/core';

const deepestCause = 5;

type Meaning = readonly [kind: ErrorKind, message: string, facts?: ErrorFacts];

const unknownHost: Meaning = ['network', 'the host is not known', { advice: 'Check the URL in the config, and the network.' }];
const slow: Meaning = ['timeout', 'the connection took too long'];
const cut: Meaning = ['truncated', 'the answer ended before its end'];
const brokenCompression: Meaning = ['vendor-protocol', 'the compressed answer is broken', { status: 'temporary' }];

const knownCodes: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['ENOTFOUND', unknownHost],
  ['EAI_AGAIN', unknownHost],
  ['ECONNREFUSED', ['network', 'nobody accepts connections there', { advice: 'Check the URL in the config, and whether the server runs.' }]],
  ['ETIMEDOUT', slow],
  ['ECONNABORTED', slow],
  ['ERR_STREAM_PREMATURE_CLOSE', cut],
  ['Z_BUF_ERROR', cut],
  ['Z_DATA_ERROR', brokenCompression],
  ['ERR_BROTLI_DECODER_ERROR', brokenCompression],
]);

const certificateCodes = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|EPROTO|HOSTNAME_MISMATCH)/;

/** What a transport or a body failed with, as an error of ours; its cause keeps message and code only. */
export function toHttpError(thrown: unknown, signal: AbortSignal | undefined): FileSourceError {
  if (signal?.aborted === true) return abortError(signal);
  const ours = findOurs(thrown);
  if (ours !== undefined) return ours;
  const code = codeOf(thrown);
  const cause = reduced(thrown);
  const name = code ?? cause.name;
  const known = code === undefined ? undefined : knownCodes.get(code);
  if (known !== undefined) {
    const [kind, message, facts = {}] = known;
    return new FileSourceError(kind, `${message} (${name})`, { ...facts, cause });
  }
  if (code?.startsWith('HPE_') === true) return new FileSourceError('vendor-protocol', `the answer is not proper HTTP (${name})`, { cause, status: 'temporary' });
  if (code !== undefined && certificateCodes.test(code)) {
    return new FileSourceError('network', `no trusted TLS connection (${name})`, { cause, status: 'permanent', advice: 'Check the certificate of the server, or name its authority in NODE_EXTRA_CA_CERTS.' });
  }
  return new FileSourceError('network', `the connection broke (${name})`, { cause });
}

/** An error that one of our own hooks raised below a library. */
function findOurs(thrown: unknown): FileSourceError | undefined {
  let error = thrown;
  for (let depth = 0; depth < deepestCause; depth += 1) {
    if (FileSourceError.is(error)) return error;
    if (!isError(error)) return undefined;
    error = error.cause;
  }
  return undefined;
}

function codeOf(thrown: unknown): string | undefined {
  let error = thrown;
  let found: string | undefined;
  for (let depth = 0; depth < deepestCause && isError(error); depth += 1) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && (found === undefined || found.startsWith('ERR_BAD_'))) found = code;
    error = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : error.cause;
  }
  return found;
}

function reduced(thrown: unknown): Error {
  if (!isError(thrown)) return new Error('something that is not an error was thrown');
  const error = new Error(thrown.message === '' ? (codeOf(thrown) ?? thrown.name) : thrown.message);
  error.name = thrown.name;
  const code = codeOf(thrown);
  if (code !== undefined) Object.defineProperty(error, 'code', { value: code, enumerable: true });
  return error;
}

/** Also for errors of another realm, such as Node's own inside a test runner. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}
