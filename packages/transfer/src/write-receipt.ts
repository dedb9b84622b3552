import { FileSourceError } from '@filesource/core';
import type { Receipt } from './receipt.ts';

export async function writeReceipt(_receipt: Receipt, _file: string): Promise<void> {
  throw new FileSourceError('unsupported', 'not written yet');
}
