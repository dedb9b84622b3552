/** The head of an answer that has nothing unusual about it. */
export interface PlainHead {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Record<string, string>;
  /** Bytes of the body. */
  readonly length: number;
  readonly canBeKept: boolean;
  /** So long the server keeps the connection, where it says. */
  readonly keptForMs: number | undefined;
}

const statusLine = /^HTTP\/1\.1 ([2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[\t ]*$/;
const lengthValue = /^\d{1,15}$/;
const keptValue = /\btimeout=(\d{1,6})/i;

interface Field {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** Lines that came before: a server sends most of them with every answer, and looking one up takes a fraction of reading it. */
const knownLines = new Map<string, Field>();
const mostKnownLines = 256;
const longestKnownLine = 80;

/**
 * Reads the head of an answer (without the empty line at its end) when it is plain: HTTP/1.1, a body of known length, proper lines, nothing twice but cookies.
 * - `undefined` for every other one, proper or not: to judge those is for Node's own parser.
 */
export function readPlainHead(text: string): PlainHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = Number(statusLine.exec(first)?.[1] ?? '0');
  if (status === 0 || status === 204 || status === 304) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const field = knownLines.get(line) ?? readLine(line);
    if (field === undefined) return undefined;
    const { name, value } = field;
    // A name that every object has looks as if it came twice: then Node reads the head.
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (name === 'set-cookie') headers[name] = `${before}, ${value}`;
    else return undefined;
  }
  const { connection = '', 'content-length': length = '', 'transfer-encoding': transferEncoding, 'keep-alive': kept = '' } = headers;
  if (transferEncoding !== undefined || !lengthValue.test(length)) return undefined;
  const seconds = keptValue.exec(kept)?.[1];
  return { status, headers, length: Number(length), canBeKept: !/close|upgrade/i.test(connection), keptForMs: seconds === undefined ? undefined : Number(seconds) * 1000 };
}

function readLine(line: string): Field | undefined {
  const [, written, value = ''] = fieldLine.exec(line) ?? [];
  if (written === undefined) return undefined;
  const field = { name: written.toLowerCase(), value };
  if (line.length <= longestKnownLine && field.name !== 'set-cookie') {
    if (knownLines.size >= mostKnownLines) knownLines.clear();
    knownLines.set(line, field);
  }
  return field;
}
