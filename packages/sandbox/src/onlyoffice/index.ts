export type { FileSpec, FolderSpec, SectionSpec } from './data.ts';
export { demoData } from './demo-data.ts';
export { demoIds } from './demo-ids.ts';
export { demoApiKeys, demoUsers } from './demo-users.ts';
export type { ApiKey, EntryId, FileNode, FolderNode, Readers, SectionName, User } from './model.ts';
export type { OnlyOfficeSandboxOptions, UserSpec } from './options.ts';
export type { HttpFault, OnlyOfficeQuirks, TransferQuirk } from './quirks.ts';
export { startOnlyOfficeSandbox, type OnlyOfficeSandbox } from './sandbox.ts';
export type { OnlyOfficeStore } from './store.ts';
