import { z } from 'zod';
import { limits } from '../limits.ts';

export const placeSchema = z.string().min(1).max(1_000).describe('Place inside the allowed directory: relative, with /');
export const overwriteSchema = z.boolean().default(false).describe('Replace what is there; ask the user first');
export const receiptPlaceSchema = z.string().min(1).max(1_000).optional().describe('Also write the whole receipt, as JSON, to this place inside the allowed directory');
export const operationSchema = z.string().min(1).max(limits.mostTokenChars).describe('download or operation, as start_archive or follow_archive gave it');
