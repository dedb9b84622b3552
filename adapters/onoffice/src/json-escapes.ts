import { protocolError } from './errors.ts';

const controls: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Length of the escape at the end of a piece of a JSON string that goes on in the next one; 0 where there is none. */
export function openEscapeLength(raw: string): number {
  const last = raw.lastIndexOf('\\');
  if (last === -1 || last < raw.length - 5) return 0;
  let run = 1;
  while (raw[last - run] === '\\') run += 1;
  if (run % 2 === 0) return 0;
  const rest = raw.slice(last + 1);
  return rest === '' || /^u[\da-f]{0,3}$/i.test(rest) ? raw.length - last : 0;
}

/** The text that the inside of a JSON string means. Throws `vendor-protocol` for what JSON does not allow there. */
export function unescapeJson(raw: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f]/.test(raw)) throw brokenJson();
  if (!raw.includes('\\')) return raw;
  // PHP writes each slash as `\/`, and hardly anything else: this is much quicker than looking at each.
  const text = raw.includes('\\\\') ? raw : raw.replaceAll('\\/', '/');
  if (!text.includes('\\')) return text;
  return text.replace(/\\(u[\da-fA-F]{4}|[^])?/g, (_all, escape: string | undefined) => {
    if (escape?.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const meant = controls[escape ?? ''];
    if (meant === undefined) throw brokenJson();
    return meant;
  });
}

function brokenJson(): Error {
  return protocolError('its JSON is broken');
}
