/** As the portal writes moments: local time of the tenant with seven decimals, then `Z` or the offset. */
export function portalDate(moment: number, offsetMinutes: number): string {
  const local = new Date(moment + offsetMinutes * 60_000).toISOString().replace(/(\.\d{3})Z$/, '$10000');
  if (offsetMinutes === 0) return `${local}Z`;
  const size = Math.abs(offsetMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The date in archive names. */
export function utcDay(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
