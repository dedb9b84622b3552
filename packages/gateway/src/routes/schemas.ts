import { capabilityNames, entryToJson, errorKinds, isSourceName, type CapabilityName, type SourceEntry } from '@filesource/core';
import { receiptSchema } from '@filesource/transfer';
import { z } from 'zod';
import { problemSchema } from '../problem/problem.ts';

const count = z.int().min(0);
const timestamp = z.iso.datetime();

const supportSchema = z.discriminatedUnion('support', [
  z.strictObject({ support: z.literal('native'), note: z.string().optional() }),
  z.strictObject({ support: z.literal('emulated'), cost: z.string() }),
  z.strictObject({ support: z.literal('unsupported'), reason: z.string() }),
]);

const capabilitiesSchema = z.strictObject({
  ...(Object.fromEntries(capabilityNames.map((name) => [name, supportSchema])) as Record<CapabilityName, typeof supportSchema>),
  openInMemory: z.boolean(),
  limits: z.strictObject({
    maxPageSize: count,
    maxContentBytes: count.nullable(),
    linkLifetimeMs: count.nullable(),
    maxConcurrency: count,
    maxArchives: count.nullable(),
    openBatch: count.optional(),
    openBatchBytes: count.optional(),
    openBatchSpreadBytes: count.optional(),
    openBatchFileBytes: count.optional(),
    requestsPerOpen: count.optional(),
    requestsPerListedOpen: count.optional(),
    maxCalls: count.optional(),
    maxOpening: count.optional(),
    maxRequestsPerSecond: z.number().min(0).optional(),
    maxBytesPerSecond: count.optional(),
  }),
});

export const sourceSchema = z.strictObject({ name: z.string(), provider: z.string(), capabilities: capabilitiesSchema });
export const sourcesSchema = z.strictObject({ items: z.array(sourceSchema) });

export const entrySchema = z.strictObject({
  kind: z.enum(['file', 'folder']),
  ref: z.string().meta({ description: 'source:folder or source:folder/file' }),
  id: z.string(),
  name: z.string().meta({ description: 'For people; not unique, and as the vendor has it' }),
  size: count.nullable().meta({ description: 'Bytes, where the vendor says so' }),
  mediaType: z.string().nullable(),
  modified: timestamp.nullable(),
  folder: z.string().nullable().meta({ description: 'Of a file: the folder that it was reached through' }),
  entryCount: count.nullable().meta({ description: 'Of a folder: what is directly inside, where the vendor says so' }),
});

export const entryPageSchema = z.strictObject({
  items: z.array(entrySchema),
  nextCursor: z.string().nullable().meta({ description: 'For the next page of this folder; null after the last one. A page may be empty and not the last.' }),
});

export const linkSchema = z.strictObject({
  url: z.string(),
  kind: z.enum(['file', 'page', 'archive']),
  expires: timestamp.nullable(),
  needsCredentials: z.boolean(),
});

const id = z.string().refine(isPlainId, 'an id has no control characters, no . or .. between slashes, and at most 1024 characters');

export const linkRequestSchema = z.strictObject({
  folder: id,
  file: id.optional(),
  language: z.string().optional().meta({ description: 'Of a page: three letters of ISO 639, such as DEU' }),
});

export const archiveRequestSchema = z.strictObject({
  refs: z.array(z.string().min(1)).min(1).meta({ description: 'folder, folder/file or source:folder/file; ids with percent-encoded / % :' }),
  convert: z.record(z.string(), z.string()).optional().meta({ description: 'File id to the ending that it is converted to, such as .pdf' }),
});

export const attachRequestSchema = z.strictObject({ token: z.string().min(1).meta({ description: 'As "filesource archive --detach" printed it, or an operation here gave it' }) });

export const operationStates = ['running', 'fetching', 'succeeded', 'incomplete', 'failed', 'cancelled'] as const;

export const operationSchema = z.strictObject({
  id: z.string(),
  source: z.string(),
  state: z.enum(operationStates).meta({ description: 'running at the vendor, then fetching; incomplete: some files are missing, and the receipt names them' }),
  percent: z.number().min(0).max(100).nullable(),
  processed: count.nullable(),
  bytes: count,
  totalBytes: count.nullable(),
  token: z.string().nullable().meta({ description: 'By which another process attaches to it' }),
  error: z.strictObject({ kind: z.enum(errorKinds), message: z.string(), advice: z.string().nullable() }).nullable(),
  receipt: z.string().nullable().meta({ description: 'Where the receipt is, once there is one' }),
  content: z.string().nullable().meta({ description: 'Where the archive is, once it is proven' }),
  created: timestamp,
  expires: timestamp.nullable().meta({ description: 'When it and its archive are forgotten; null before its end' }),
});

export const healthSchema = z.strictObject({ status: z.enum(['ok', 'shutting-down']) });

/** The bodies of the API by their names in the document. */
export const components = z.registry<{ id: string }>();
const named = { Problem: problemSchema, Source: sourceSchema, Sources: sourcesSchema, Entry: entrySchema, EntryPage: entryPageSchema, Link: linkSchema, LinkRequest: linkRequestSchema, ArchiveRequest: archiveRequestSchema, AttachRequest: attachRequestSchema, Operation: operationSchema, Receipt: receiptSchema, Health: healthSchema };
for (const [id, schema] of Object.entries(named)) components.add(schema, { id });

export function entryJson(entry: SourceEntry): z.output<typeof entrySchema> {
  return { ...entryToJson(entry), folder: entry.kind === 'file' ? entry.folder : null, entryCount: entry.kind === 'folder' ? entry.entryCount : null };
}

export const sourceParams = z.strictObject({ source: z.string().refine(isSourceName, 'this is no name of a source') });
export const folderParams = sourceParams.extend({ folder: id.meta({ description: 'The id of the folder, percent-encoded' }) });
export const fileParams = folderParams.extend({ file: id.meta({ description: 'The id of the file, percent-encoded' }) });
export const operationParams = z.strictObject({ id: z.string().regex(/^[\w-]{1,64}$/) });

/** True for an id that is nothing else but that, however often somebody decodes it. */
export function isPlainId(text: string): boolean {
  let seen = text;
  for (let times = 0; times < 4; times += 1) {
    if (seen === '' || seen.length > 1024 || /\p{Cc}/u.test(seen) || seen.split(/[/\\]/).some((part) => part === '.' || part === '..')) return false;
    const decoded = decodedOnce(seen);
    if (decoded === seen) return true;
    seen = decoded;
  }
  return false;
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
