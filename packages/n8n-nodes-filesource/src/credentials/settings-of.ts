import { Secret } from '@filesource/core';
import type { IDataObject } from 'n8n-workflow';
import { textOf } from '../text.ts';
import type { SettingField } from './setting-field.ts';

/**
 * What a credential's form holds, as settings of its provider; what was left empty is left out.
 * - A credential is typed by a user of n8n, so nothing in it may name a variable or a file of the machine that n8n runs on.
 */
export function settingsOf(fields: readonly SettingField[], data: IDataObject): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const field of fields) {
    const value = settingOf(field, data[field.name]);
    if (value !== undefined) settings[field.name] = value;
  }
  return settings;
}

function settingOf({ kind, fallback }: SettingField, value: unknown): unknown {
  if (kind === 'boolean') return value;
  const text = textOf(value);
  if (text === '') return undefined;
  // An object, since a text such as file:PATH would be read from the disk.
  if (kind === 'secret') return new Secret(text);
  if (kind === 'number') return Number(text) === 0 && fallback === undefined ? undefined : Number(text);
  if (kind === 'list') return text.split(',').map((item) => literal(item.trim()));
  return literal(text);
}

/** A text in which nothing is a variable. */
function literal(text: string): string {
  return text.replaceAll('${', () => '$${');
}
