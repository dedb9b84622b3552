import mime from 'mime';
import other from 'mime/types/other.js';
import standard from 'mime/types/standard.js';

/**
 * `getType` of the module `mime` as source text, with the same answers for any name; `mimeClass` is where it finds the class `Mime`.
 * - An index of a thousand types takes 4 ms to make. Here it is read as text, and `Mime` judges a name with the one type of its ending.
 */
export function quickMime(mimeClass) {
  const endings = [standard, other].flatMap((types) => Object.values(types).flat()).map((ending) => ending.replace('*', ''));
  const types = Object.fromEntries(endings.map((ending) => [ending, mime.getType(ending)]));
  return `import Mime from ${JSON.stringify(mimeClass)};
const types = JSON.parse(${JSON.stringify(JSON.stringify(types))});
const typeOf = (ending) => (Object.hasOwn(types, ending) ? { [types[ending]]: [ending] } : {});
export default { getType: (name) => new Mime(typeOf(name.slice(name.lastIndexOf('.') + 1).toLowerCase())).getType(name) };`;
}
