export { onOfficeDemoData } from './demo-data.ts';
export type { Fault, Switch } from './occasions.ts';
export { documentedQuirks, type OnOfficeQuirks } from './quirks.ts';
export { ONOFFICE_DEMO_SECRET, ONOFFICE_DEMO_TOKEN, startOnOfficeSandbox, type OnOfficeSandbox, type OnOfficeSandboxOptions } from './sandbox.ts';
export { signAction, type SignedFields } from './signature.ts';
export { FolderStore, type FolderSeed, type OnOfficeData, type OnOfficeStore, type StoredFile } from './store.ts';
