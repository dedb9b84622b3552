import { isAscii, isUtf8, transcode } from 'node:buffer';

/** Below and above, what the memory of a text of two bytes a character costs is more than what is saved. */
const [leastBytes, mostBytes] = [8192, 256 * 1024];

/** Node before 24, which does not know `RegExp.escape`, decodes all of a text one byte after another once it holds a single umlaut: ten times what plain ASCII takes. */
const decodesSlowly = !('escape' in RegExp);

/** The text that bytes hold in UTF-8, as `toString('utf8')` gives it, in less time. */
export function textOf(bytes: Buffer): string {
  const isWorthIt = decodesSlowly && bytes.length >= leastBytes && bytes.length <= mostBytes;
  return isWorthIt && !isAscii(bytes) && isUtf8(bytes) ? transcode(bytes, 'utf8', 'utf16le').toString('utf16le') : bytes.toString('utf8');
}
