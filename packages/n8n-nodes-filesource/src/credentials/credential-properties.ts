import type { INodeProperties } from 'n8n-workflow';
import { titleOf } from '../title.ts';
import type { SettingField } from './setting-field.ts';

const moreSettings: INodeProperties = {
  displayName: 'Show More Settings',
  name: 'showMoreSettings',
  type: 'boolean',
  default: false,
  description: 'Whether to show limits and times, which work well as they are',
};

/** The form of a credential: what must be given first, the rest behind a switch. */
export function credentialProperties(fields: readonly SettingField[]): INodeProperties[] {
  const shown = fields.filter((field) => !field.isAdvanced).map(propertyOf);
  const hidden = fields.filter((field) => field.isAdvanced).map((field) => ({ ...propertyOf(field), displayOptions: { show: { [moreSettings.name]: [true] } } }));
  return hidden.length === 0 ? shown : [...shown, moreSettings, ...hidden];
}

function propertyOf(field: SettingField): INodeProperties {
  const { name, kind, description, isRequired, fallback, choices, minimum, maximum } = field;
  const shared = { displayName: titleOf(name), name, description, ...(isRequired ? { required: true } : {}) };
  if (kind === 'secret') return { ...shared, type: 'string', typeOptions: { password: true }, default: '' };
  if (kind === 'boolean') return { ...shared, type: 'boolean', default: fallback ?? false };
  if (kind === 'choice') return { ...shared, type: 'options', options: choices.map((value) => ({ name: titleOf(value), value })), default: fallback ?? choices[0] ?? '' };
  if (kind === 'list') return { ...shared, type: 'string', description: `${description}; separated by commas`, default: '' };
  if (kind === 'text') return { ...shared, type: 'string', default: fallback ?? '' };
  const isUnset = fallback === undefined;
  const least = isUnset ? 0 : minimum;
  const typeOptions = { ...(least === undefined ? {} : { minValue: least }), ...(maximum === undefined ? {} : { maxValue: maximum }) };
  return { ...shared, type: 'number', typeOptions, default: fallback ?? 0, ...(isUnset ? { description: `${description} (0 is not set)` } : {}) };
}
