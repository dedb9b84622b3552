import { z } from 'zod';

/** Numbers come as numbers or as digits in a text; `""` stands for nothing, as `null` does. */
const codeField = z
  .union([z.int(), z.string().regex(/^-?\d{1,9}$/).transform(Number), z.literal('').transform(() => null)])
  .nullish();

const countField = z.union([z.int().min(0), z.string().regex(/^\d{1,15}$/).transform(Number)]).nullish().catch(null);

const echoField = z.union([z.string(), z.number().transform(String)]).nullish().catch(null);

/** The status of the whole answer and of one action; the latter is also seen with `code` in place of `errorcode`. */
export const statusSchema = z.object({
  code: codeField,
  errorcode: codeField,
  message: z.string().nullish().catch(null),
});

/** PHP writes an empty object as `[]`, so what is missing and what is an empty array are the same here. */
export const envelopeSchema = z.object({
  status: z.unknown().optional(),
  response: z
    .object({ results: z.array(z.unknown()).nullish().catch(null) })
    .nullish()
    .catch(null),
});

export const resultSchema = z.object({
  actionid: echoField,
  resourceid: echoField,
  resourcetype: echoField,
  identifier: echoField,
  data: z.unknown().optional(),
  status: z.unknown().optional(),
});

const recordSchema = z.object({
  id: z.union([z.string(), z.number()]),
  elements: z.unknown().optional(),
});

export const dataSchema = z.object({
  meta: z.object({ cntabsolute: countField }).nullish().catch(null),
  records: z.array(recordSchema),
});

const textField = z.union([z.string(), z.number().transform(String)]).nullish().catch(null);

/** The elements of a file, of an address or of an appointment. */
export const fileElementsSchema = z.object({
  name: textField,
  originalname: textField,
  filename: textField,
  fileSize: z.union([z.int().min(0), z.string().regex(/^\d{1,15}$/).transform(Number)]).nullish().catch(null),
  modified: z.union([z.number(), z.string().regex(/^\d{1,12}$/).transform(Number)]).nullish().catch(null),
  date: textField,
  url: textField,
  content: z.string().nullish().catch(null),
});

export type WireResult = z.output<typeof resultSchema>;
export type WireData = z.output<typeof dataSchema>;
export type WireRecord = z.output<typeof recordSchema>;
export type FileElements = z.output<typeof fileElementsSchema>;
