export { fetchArchive, type FetchArchiveOptions } from './archive/fetch-archive.ts';
export { defaultArchiveLimits, type ArchiveLimits } from './archive/limits.ts';
export { openRemoteZip, type RemoteZip, type RemoteZipEntry, type RemoteZipOptions } from './archive/remote-zip.ts';
export type { TransferError, TransferEvent, TransferListener } from './events.ts';
export { pull, type PullOptions } from './pull/pull.ts';
export { parseReceipt, type Receipt, type ReceiptFile } from './receipt.ts';
export { saveFile, type SaveFileOptions } from './save-file.ts';
export { verifyReceipt, type VerifiedFile, type VerifyReceiptOptions } from './verify-receipt.ts';
export { writeReceipt } from './write-receipt.ts';
