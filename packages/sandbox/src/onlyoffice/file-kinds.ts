import { extname } from 'node:path/posix';

const KINDS: readonly (readonly [fileType: number, filterType: number, extensions: readonly string[]])[] = [
  [1, 10, ['.zip', '.rar', '.7z', '.gz', '.tar']],
  [2, 12, ['.mp4', '.avi', '.mov', '.webm']],
  [3, 12, ['.mp3', '.wav', '.ogg']],
  [4, 7, ['.png', '.jpg', '.jpeg', '.gif', '.bmp', '.webp', '.svg']],
  [5, 5, ['.xlsx', '.xls', '.ods', '.csv']],
  [6, 4, ['.pptx', '.ppt', '.odp']],
  [7, 3, ['.docx', '.doc', '.odt', '.rtf', '.txt', '.html', '.htm', '.md']],
  [10, 3, ['.pdf']],
  [11, 3, ['.vsdx']],
];

/** With the dot and in lower case; empty without one. */
export function extensionOf(title: string): string {
  return extname(title).toLowerCase();
}

export function fileTypeOf(title: string): number {
  return KINDS.find(([, , extensions]) => extensions.includes(extensionOf(title)))?.[0] ?? 0;
}

/** The `filterType` that finds this file. */
export function filterTypeOf(title: string): number {
  return KINDS.find(([, , extensions]) => extensions.includes(extensionOf(title)))?.[1] ?? 0;
}

export function isImageExtension(extension: string): boolean {
  return fileTypeOf(`page${extension}`) === 4;
}
