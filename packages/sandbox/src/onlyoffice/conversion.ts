import { sampleDocuments, storedZip } from '../documents/index.ts';
import { extensionOf, isImageExtension } from './file-kinds.ts';
import type { FileNode } from './model.ts';
import type { Portal } from './portal.ts';
import type { Conversion } from './selection.ts';
import { latest } from './store.ts';

export interface Packed {
  readonly title?: string;
  readonly bytes: Uint8Array;
}

interface PackedFile extends Packed {
  readonly title: string;
}

/** The file as it goes into an archive, or the text of its failure. */
export function convertFile(portal: Portal, file: FileNode, conversion: Conversion | undefined): PackedFile | string {
  const extension = conversion?.extension ?? '';
  if (extension === '' || extension.toLowerCase() === extensionOf(file.title)) {
    const { bytes } = latest(file);
    const cut = portal.quirks.truncatedEntries.includes(file.id);
    return { title: file.title, bytes: cut ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes };
  }
  if (file.password !== undefined && file.password !== conversion?.password) return `${file.id}_password:`;
  return convertedFile(file.title, extension);
}

/** A small valid file of the kind asked for; images come as a ZIP of pages. */
export function convertedFile(title: string, extension: string): PackedFile {
  const stem = title.slice(0, title.length - extensionOf(title).length);
  if (isImageExtension(extension)) {
    return { title: `${stem}.zip`, bytes: storedZip([{ name: `page1${extension}`, bytes: sampleOf(extension) }]) };
  }
  return { title: `${stem}${extension}`, bytes: sampleOf(extension) };
}

function sampleOf(extension: string): Buffer {
  const sample = sampleDocuments().find(({ name, bytes }) => extensionOf(name) === extension.toLowerCase() && bytes().length > 0);
  return sample?.bytes() ?? Buffer.from(`converted to ${extension}\n`);
}
