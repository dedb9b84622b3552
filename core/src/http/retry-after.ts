/** The wait that a `Retry-After` header asks for, given in seconds or as a date; `undefined` for none or nonsense. A date is one of the vendor's clock, and so should `nowMs` be. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // The platform takes a negative or odd number for a date long ago, which would be no wait at all.
  const date = /[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.max(0, date - nowMs);
}
