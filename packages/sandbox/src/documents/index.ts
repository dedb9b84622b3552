export { pseudoRandomBytes } from './pseudo-random-bytes.ts';
export { sampleDocument, type SampleDocument } from './sample-document.ts';
export { sampleDocumentNamed, sampleDocuments } from './sample-documents.ts';
export { smallFiles, type SmallFilesOptions } from './small-files.ts';
export { storedZip } from './stored-zip.ts';
