import { isAscii, isUtf8, transcode } from 'node:buffer';

/** Above, what the memory of another text costs is more than what is saved; so it is below, where all of a text is of two bytes a character. */
const mostBytes = 256 * 1024;
const leastBytesOfUtf16 = 8192;
/** Below, there are so many pieces that to put them together takes longer. */
const leastBytesBetween = 150;

/** Node before 24, which does not know `RegExp.escape`, decodes all of a text one byte after another once it holds a single umlaut: ten times what plain ASCII takes. */
const decodesSlowly = !('escape' in RegExp);

/** The text that bytes hold in UTF-8, as `toString('utf8')` gives it, in less time. */
export function textOf(bytes: Buffer): string {
  if (!decodesSlowly || bytes.length > mostBytes || isAscii(bytes) || !isUtf8(bytes)) return bytes.toString('utf8');
  return westernText(bytes) ?? (bytes.length < leastBytesOfUtf16 ? bytes.toString('utf8') : transcode(bytes, 'utf8', 'utf16le').toString('utf16le'));
}

/**
 * The text of bytes in UTF-8 whose characters are all of Latin-1, as in German names: then it takes one byte a character, which the JSON parser reads faster too.
 * - `undefined` for any other, and where such characters are many.
 */
function westernText(bytes: Buffer): string | undefined {
  const units = bytes.toString('latin1');
  // Each unit past ASCII would become two bytes.
  const most = (Buffer.byteLength(units, 'utf8') - bytes.length) / 2;
  if (most * leastBytesBetween > bytes.length) return undefined;
  let text = '';
  let count = 0;
  let from = 0;
  let [low, high] = [units.indexOf('\xC2'), units.indexOf('\xC3')];
  while (low !== -1 || high !== -1) {
    const isHigh = low === -1 || (high !== -1 && high < low);
    const at = isHigh ? high : low;
    // U+0080 to U+00BF are C2 and their own byte, U+00C0 to U+00FF are C3 and theirs less 64.
    text += units.slice(from, at) + String.fromCharCode(units.charCodeAt(at + 1) + (isHigh ? 64 : 0));
    from = at + 2;
    count += 1;
    if (isHigh) high = units.indexOf('\xC3', from);
    else low = units.indexOf('\xC2', from);
  }
  return count === most ? text + units.slice(from) : undefined;
}
