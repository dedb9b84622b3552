const acronyms: ReadonlyMap<string, string> = new Map([
  ['api', 'API'],
  ['url', 'URL'],
  ['id', 'ID'],
  ['http', 'HTTP'],
]);

/** A name as a title, as n8n writes them: `apiUrl` is API URL, `timeoutMs` is Timeout (Ms). */
export function titleOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[\s-]+/);
  return words.map((word, index) => (word === 'Ms' && index === words.length - 1 ? '(Ms)' : (acronyms.get(word.toLowerCase()) ?? word.charAt(0).toUpperCase() + word.slice(1)))).join(' ');
}
