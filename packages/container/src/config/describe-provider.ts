import type { AdapterDescriptor, Provider } from '@filesource/core';
import { z } from 'zod';
import { forJsonSchema } from './config-json-schema.ts';
import { providersOf } from './config-schema.ts';
import { alternativesOf } from './schema-walk.ts';

/** One setting, as its schema tells it. */
export interface SettingDescription {
  readonly name: string;
  readonly description: string;
  /** `choice` has `choices`; `list` is one of texts. */
  readonly type: 'text' | 'secret' | 'url' | 'whole-number' | 'number' | 'boolean' | 'choice' | 'list' | 'other';
  /** Without it, and without a default, the config is refused. */
  readonly isRequired: boolean;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A value of `provider` in a config, as forms, questions and reference pages need it. */
export interface ProviderDescription {
  readonly name: string;
  readonly title: string;
  /** The adapter that brings it. */
  readonly adapter: string;
  readonly settings: readonly SettingDescription[];
  /** Groups of settings of which one has to be given whole, the usual one first; empty where there is no such choice. */
  readonly alternatives: readonly (readonly string[])[];
}

/**
 * The providers of adapters, described from their schemas alone.
 * - Throws `config-invalid` when two adapters bring the same name.
 */
export function describeProviders(adapters: readonly AdapterDescriptor[]): readonly ProviderDescription[] {
  return [...providersOf(adapters)].map(([name, { adapter, provider }]) => ({
    name,
    title: provider.title,
    adapter,
    settings: describeSettings(provider),
    alternatives: alternativesOf(provider.configSchema),
  }));
}

const nodeSchema = z.object({
  type: z.string().optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
});
type Node = z.output<typeof nodeSchema>;

/** The settings of a provider, `provider` itself left out. */
export function describeSettings({ configSchema }: Provider): readonly SettingDescription[] {
  const { properties = {}, required = [] } = z.toJSONSchema(configSchema, forJsonSchema);
  return Object.entries(properties).map(([name, property]) => describe(name, nodeSchema.parse(typeof property === 'object' ? property : {}), required.includes(name)));
}

function describe(name: string, node: Node, isRequired: boolean): SettingDescription {
  const { description = '', minimum, maximum } = node;
  return {
    name,
    description,
    type: typeOf(node),
    isRequired,
    ...(node.default === undefined ? {} : { default: node.default }),
    ...(node.enum === undefined ? {} : { choices: node.enum.map(String) }),
    ...(minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

function typeOf({ type, format, enum: choices }: Node): SettingDescription['type'] {
  if (choices !== undefined) return 'choice';
  if (type === 'string') return format === 'password' ? 'secret' : format === 'uri' ? 'url' : 'text';
  if (type === 'integer') return 'whole-number';
  if (type === 'number' || type === 'boolean') return type;
  return type === 'array' ? 'list' : 'other';
}
