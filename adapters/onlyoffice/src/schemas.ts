import { z } from 'zod';

/** Numbers of local entries, texts of connected accounts; Workspace may send either as text. */
const idSchema = z.union([z.int(), z.string().min(1)]).transform(String);
const wholeNumber = z.union([z.number(), z.string().regex(/^-?\d+$/).transform(Number)]);
const textOrNothing = z.string().nullish();
const text = z.union([z.string(), z.number().transform(String)]);
const truth = z.union([z.boolean(), z.string().regex(/^(true|false)$/i).transform((word) => word.toLowerCase() === 'true'), z.literal([0, 1]).transform((bit) => bit === 1)]);

/** Both generations; the members that either leaves out at their default are optional. */
export const envelopeSchema = z.object({
  response: z.unknown().optional(),
  total: wholeNumber.nullish(),
  status: wholeNumber.nullish(),
  statusCode: wholeNumber.nullish(),
  error: z
    .union([z.object({ message: textOrNothing, type: textOrNothing, hresult: z.number().nullish().catch(null) }), z.string().transform((message) => ({ message, type: null, hresult: null }))])
    .nullish(),
});

/** What DocSpace answers when a field of the request does not fit: the shape of a success. */
export const validationSchema = z.object({ title: textOrNothing, errors: z.record(z.string(), z.array(z.string())) });

/** What a file is known by has to be there; the rest may have any shape. A size that cannot be read is unknown, and not missing, which may stand for 0. */
export const fileSchema = z.object({
  id: idSchema,
  title: text.nullish(),
  folderId: idSchema.nullish(),
  version: wholeNumber.nullish().catch(null),
  versionGroup: wholeNumber.nullish().catch(null),
  contentLength: text.nullish(),
  pureContentLength: wholeNumber.nullish().catch(Number.NaN),
  viewUrl: textOrNothing,
  updated: textOrNothing.catch(null),
  providerItem: truth.nullish(),
});
export type FileDto = z.output<typeof fileSchema>;

export const folderSchema = z.object({
  id: idSchema,
  title: text.nullish(),
  parentId: idSchema.nullish(),
  updated: textOrNothing.catch(null),
  rootFolderType: wholeNumber.nullish(),
  type: wholeNumber.nullish(),
});
export type FolderDto = z.output<typeof folderSchema>;

const sectionSchema = z.object({
  files: z.array(fileSchema).nullish(),
  folders: z.array(folderSchema).nullish(),
  current: folderSchema.nullish(),
  count: wholeNumber.nullish().catch(null),
  startIndex: wholeNumber.nullish(),
  total: wholeNumber.nullish(),
});

/** Either generation may leave out one of the lists; an answer without any sign of a folder is none. */
export const contentsSchema = sectionSchema.refine(({ files, folders, current, total }) => [files, folders, current].some((part) => part !== undefined && part !== null) || total === 0, 'it shows no folder');
export type ContentsDto = z.output<typeof contentsSchema>;

export const rootSchema = z.array(sectionSchema).nullish();

/** `Operation` in DocSpace, `operation` in Workspace and in both documentations. */
const operationSchema = z
  .object({
    id: idSchema,
    Operation: wholeNumber.nullish(),
    operation: wholeNumber.nullish(),
    progress: wholeNumber.nullish(),
    error: textOrNothing,
    processed: wholeNumber.nullish().catch(null),
    finished: truth.nullish(),
    url: textOrNothing,
    status: wholeNumber.nullish(),
  })
  .transform((dto) => ({
    id: dto.id,
    type: dto.Operation ?? dto.operation ?? null,
    percent: Math.min(100, Math.max(0, dto.progress ?? 0)),
    error: (dto.error ?? '').trim(),
    processed: dto.processed ?? null,
    finished: dto.finished === true,
    url: dto.url ?? '',
    status: dto.status ?? null,
  }));
export type OperationDto = z.output<typeof operationSchema>;

export const operationsSchema = z
  .array(operationSchema)
  .nullish()
  .transform((list) => list ?? []);

export const loginSchema = z.object({
  token: textOrNothing,
  expires: textOrNothing.catch(null),
  sms: truth.nullish().catch(null),
  tfa: truth.nullish().catch(null),
  confirmUrl: textOrNothing.catch(null),
});

/** What `api/2.0/settings` tells to anybody. */
export const portalSettingsSchema = z.object({ version: z.union([z.string(), z.number().transform(String)]).nullish().catch(null) });

/** An API key as it tells itself; without permissions it may do everything. */
export const apiKeySchema = z.object({ permissions: z.array(z.string()).nullish(), isActive: z.boolean().nullish(), expiresAt: textOrNothing });
