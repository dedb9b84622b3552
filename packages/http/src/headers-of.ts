/** Headers as a client of Node or axios gives them: names in lower case, repeated ones joined by a comma. */
export function headersOf(given: object): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return headers;
}
