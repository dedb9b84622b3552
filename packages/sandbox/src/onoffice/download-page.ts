import { escapeHtml } from './html.ts';
import { pageTexts, type PageTexts } from './page-texts.ts';
import type { StoredFile } from './store.ts';

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { text-align: left; padding: .5rem; border-bottom: 1px solid #ccc; font-weight: normal; overflow-wrap: anywhere; }
thead th { font-weight: bold; }
.size { text-align: right; white-space: nowrap; }
.all { display: inline-block; padding: .5rem 1rem; background: #00528c; color: #fff; border-radius: .25rem; }
a { color: #00528c; }
a:focus-visible { outline: 3px solid #f90; outline-offset: 2px; }`;

/** The page behind a 14-day link: the address's files, one download for each and one for all. `self` is the page's own path and query. */
export function downloadPage(files: readonly StoredFile[], language: string, self: string): string {
  const texts = pageTexts(language);
  if (files.length === 0) return page(texts, texts.title, `<p>${escapeHtml(texts.empty)}</p>`);
  const rows = files.map((file) => row(file, texts, self)).join('\n');
  return page(
    texts,
    texts.title,
    `<p><a class="all" href="${escapeHtml(`${self}&all=1`)}">${escapeHtml(texts.downloadAll)}</a></p>
<table>
<caption>${escapeHtml(texts.caption(files.length))}</caption>
<thead><tr>
<th scope="col">${escapeHtml(texts.name)}</th>
<th scope="col" class="size">${escapeHtml(texts.size)}</th>
<th scope="col">${escapeHtml(texts.date)}</th>
<th scope="col">${escapeHtml(texts.download)}</th>
</tr></thead>
<tbody>
${rows}
</tbody>
</table>`,
  );
}

export function expiredPage(language: string): string {
  const texts = pageTexts(language);
  return page(texts, texts.expiredTitle, `<p>${escapeHtml(texts.expired)}</p>`);
}

function row(file: StoredFile, texts: PageTexts, self: string): string {
  const name = escapeHtml(file.document.name === '' ? texts.unnamed : file.document.name);
  const date = new Intl.DateTimeFormat(texts.locale, { dateStyle: 'medium', timeZone: 'Europe/Berlin' }).format(file.modified * 1000);
  const iso = new Date(file.modified * 1000).toISOString();
  const href = escapeHtml(`${self}&file=${file.id}`);
  const download = escapeHtml(texts.download);
  const link = `<a href="${href}" aria-label="${download}: ${name}" download>${download}</a>`;
  const size = escapeHtml(readableSize(file.document.bytes().length, texts.locale));
  return `<tr><th scope="row">${name}</th><td class="size">${size}</td><td><time datetime="${iso}">${escapeHtml(date)}</time></td><td>${link}</td></tr>`;
}

function readableSize(bytes: number, locale: string): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = ['byte', 'kilobyte', 'megabyte', 'gigabyte'][power] ?? 'byte';
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / 1000 ** power);
}

function page(texts: PageTexts, title: string, body: string): string {
  const heading = escapeHtml(title);
  return `<!DOCTYPE html>
<html lang="${texts.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${heading}</title>
<style>${STYLE}
</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${body}
</main>
</body>
</html>
`;
}
