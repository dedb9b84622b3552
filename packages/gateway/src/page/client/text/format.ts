import { locale, t } from './language.ts';

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function formatNumber(value: number): string {
  return numbers().format(value);
}

export function formatPercent(percent: number): string {
  return numbers({ style: 'percent', maximumFractionDigits: 0 }).format(percent / 100);
}

/** Bytes in the largest unit that keeps a whole number before the point; thousand by thousand. */
export function formatBytes(bytes: number): string {
  const step = Math.min(byteUnits.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const unit = byteUnits[step] ?? 'byte';
  const value = bytes / 1000 ** step;
  return numbers({ style: 'unit', unit, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(value);
}

export function formatDate(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? t().unknown : dates().format(date);
}

/** Whole days where it is some, otherwise hours. */
export function formatLifetime(ms: number): string {
  const hours = ms / 3_600_000;
  const days = hours / 24;
  return days >= 1 ? t().days(days, formatNumber(days)) : t().hours(hours, formatNumber(hours));
}

export function countEntries(count: number): string {
  return t().entries(count, formatNumber(count));
}

export function countFiles(count: number): string {
  return t().files(count, formatNumber(count));
}

// Making a format costs far more than using it, and a listing has thousands of sizes and dates.
const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${locale()} ${JSON.stringify(options)}`;
  const format = numberFormats.get(key) ?? new Intl.NumberFormat(locale(), options);
  numberFormats.set(key, format);
  return format;
}

function dates(): Intl.DateTimeFormat {
  const format = dateFormats.get(locale()) ?? new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' });
  dateFormats.set(locale(), format);
  return format;
}
