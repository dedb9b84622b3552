import type { CapabilityName, ErrorKind } from '@filesource/core';
import type { DownloadState } from '../wire.ts';
import { enKinds } from './en-kinds.ts';

const files = (count: number, shown: string): string => (count === 1 ? `${shown} file` : `${shown} files`);
const entries = (count: number, shown: string): string => (count === 1 ? `${shown} entry` : `${shown} entries`);

const capabilities: Record<CapabilityName, string> = {
  list: 'List folders',
  stat: 'Look up one entry',
  open: 'Download a file',
  openRange: 'Download a part of a file',
  linkFile: 'Link to a file',
  linkFolder: 'Link to a folder',
  archive: 'Bulk download',
  archiveConvert: 'Convert files in a bulk download',
  archiveCancel: 'Stop a bulk download',
  archiveAttach: 'Take up a bulk download again',
};

const states: Record<DownloadState, string> = {
  running: 'Being put together',
  fetching: 'Being fetched and checked',
  succeeded: 'Complete',
  incomplete: 'Ended with files missing',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** Every text of the page. A number comes twice: as it is, for the plural, and as it is written in the language. */
export const en = {
  skip: 'Skip to the content',
  home: 'Sources',
  language: 'Language',
  theme: 'Colours',
  themes: { system: 'Automatic', light: 'Light', dark: 'Dark' },
  signOut: 'Sign out',
  loading: 'Loading …',
  tryAgain: 'Try again',

  signIn: 'Sign in',
  signInIntro: 'Sign in with the access token of this gateway. It is not kept by this page.',
  token: 'Access token',
  tokenMissing: 'Enter the access token.',
  tokenWrong: 'The gateway does not accept this token. Ask whoever runs the gateway for a valid one.',
  signedOut: 'You are signed out.',

  sourcesIntro: 'A source is a place that holds files. Choose one to browse it.',
  noSources: 'No source is set up. Whoever runs the gateway adds sources to its configuration.',
  provider: 'Provider',
  capability: 'Operation',
  how: 'How',
  canDo: 'What this source can do',
  capabilities,
  support: { native: 'Yes', emulated: 'Yes, with a detour', unsupported: 'No' },
  limits: 'Limits',
  limit: 'Limit',
  value: 'Value',
  maxPageSize: 'Entries per page',
  maxContentBytes: 'Largest file',
  linkLifetime: 'Lifetime of a link',
  maxConcurrency: 'Calls at once',
  maxArchives: 'Bulk downloads at once',
  noLimit: 'none known',
  hours: (count: number, shown: string): string => (count === 1 ? `${shown} hour` : `${shown} hours`),
  days: (count: number, shown: string): string => (count === 1 ? `${shown} day` : `${shown} days`),

  folderId: 'Folder',
  folderHint: 'The id of a folder as the vendor knows it: a record number such as 1237, or a section such as @my.',
  folderMissing: 'Enter the id of a folder.',
  open: 'Open',
  openAnother: 'Open another folder',
  recentFolders: 'Opened before',
  path: 'Path',
  listUnsupported: 'This source cannot list folders.',

  search: 'Search by name in this folder',
  searching: (seen: string, found: string): string => `Searching: ${seen} looked at, ${found} found so far …`,
  searched: (all: string, found: string): string => `${found} found, all ${all} looked at.`,
  searchStopped: (seen: string, found: string): string => `${found} found. The search stopped after ${seen}.`,
  entries,
  loadedAll: (shown: string): string => `${shown}, that is all.`,
  loadedSome: (shown: string): string => `${shown} loaded, there are more.`,
  emptyFolder: 'This folder is empty.',
  nothingFound: 'No name in this folder matches.',
  more: 'Load more',

  name: 'Name',
  size: 'Size',
  modified: 'Changed',
  type: 'Type',
  action: 'Download',
  folder: 'Folder',
  noName: '(no name)',
  unknown: '–',
  download: 'Download',
  downloadNamed: (name: string): string => `Download ${name}`,
  choice: 'Choice',
  chooseAll: 'Choose all that are shown',
  chosen: (shown: string): string => `${shown} chosen`,
  chosenHidden: (shown: string): string => `${shown} of them not shown`,
  chooseNone: 'Choose none',
  downloadChosen: 'Download what is chosen',
  downloadFolder: 'Download the whole folder',
  archiveUnsupported: 'This source has no bulk download.',
  starting: 'Starting the bulk download …',

  downloads: 'Bulk downloads',
  folderTitle: (folder: string): string => `All of ${folder}`,
  selectionTitle: (shown: string, folder: string): string => `${shown} of ${folder}`,
  progressOf: (title: string): string => `Progress of ${title}`,
  states,
  percent: (shown: string): string => shown,
  bytesOf: (bytes: string, total: string): string => `${bytes} of ${total}`,
  processed: (shown: string): string => `${shown} done`,
  reconnecting: 'The connection broke. It is being made again …',
  waiting: 'Waiting for another download to end …',
  cancel: 'Cancel',
  cancelling: 'Cancelling …',
  remove: 'Remove from this list',
  gone: 'The gateway no longer knows this bulk download. Start it again if you still need it.',
  getArchive: 'Save the archive',
  getReceipt: 'Receipt as JSON',

  receipt: 'Receipt',
  files,
  complete: (shown: string, bytes: string): string => `Complete: ${shown} arrived and checked, ${bytes}.`,
  incomplete: (missing: string, all: string): string => `Not complete: ${missing} of ${all} missing.`,
  asked: 'Asked for',
  arrived: 'Arrived and checked',
  failedCount: 'Failed',
  missingCount: 'Missing',
  bytes: 'Size of what arrived',
  missing: 'What is missing',
  reason: 'Why',
  noReason: 'It is not in the archive that the vendor made.',
  allFiles: 'All files',
  status: 'State',
  fileStates: { ok: 'Arrived', failed: 'Failed', missing: 'Missing', planned: 'Planned' },
  warning: 'What the vendor complained about',
  extras: 'Not asked for, but in the archive',

  kinds: enKinds satisfies Record<ErrorKind, KindText>,
};

/** What an error of a kind is called and what a person can do about it. */
export interface KindText {
  readonly title: string;
  readonly advice: string;
}

export type Texts = typeof en;
