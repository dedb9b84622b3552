import { FileSourceError } from '@filesource/core';
import { textParameter, type OperationCall } from '../operations/operation.ts';
import type { ArchiveRequest } from './pending.ts';

interface Conversions {
  readonly conversion?: readonly { readonly file?: string; readonly ending?: string }[];
}

/** What an item asks for. Throws `invalid-argument` for nothing. */
export function archiveRequestOf(call: OperationCall): ArchiveRequest {
  const { context, source, itemIndex } = call;
  const refs = refsOf(context.getNodeParameter('refs', itemIndex, ''));
  const token = textParameter(call, 'token');
  if (refs.length === 0 && token === '') throw new FileSourceError('invalid-argument', 'nothing to download is named', { advice: 'Name folders or files: 101, 102/7' });
  const { conversion = [] } = context.getNodeParameter('conversions', itemIndex, {}) as Conversions;
  const convert = Object.fromEntries(conversion.map(({ file = '', ending = '' }) => [file.trim(), ending.trim()]));
  return { provider: source.name, refs, convert, token };
}

/** A list from an expression, or a text with commas or lines. */
function refsOf(value: unknown): readonly string[] {
  const parts = Array.isArray(value) ? value.map(String) : String(value).split(/[,\n]/);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
