import { configJsonSchema } from '@filesource/container';
import { commonFields, type Provider } from '@filesource/core';

type SettingKind = 'secret' | 'text' | 'number' | 'boolean' | 'choice' | 'list';

/** One setting of a provider, as a form shows it. */
export interface SettingField {
  readonly name: string;
  readonly kind: SettingKind;
  readonly description: string;
  readonly isRequired: boolean;
  /** Shown only when somebody asks for more: what works well as it is. */
  readonly isAdvanced: boolean;
  readonly fallback: string | number | boolean | undefined;
  readonly choices: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

/** Settings that n8n's HTTP helper has no way to hold. */
const heldByNobody: ReadonlySet<string> = new Set(['connectTimeoutMs']);

interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** The settings of a provider, from its schema, in its order. */
export function settingFields(name: string, provider: Provider): readonly SettingField[] {
  const schema = configJsonSchema([{ name, providers: { [name]: provider } }]) as JsonSchema;
  const sources = schema.properties?.['sources']?.additionalProperties;
  const source = sources?.oneOf?.[0] ?? sources?.anyOf?.[0] ?? sources;
  const required = new Set(source?.required);
  return Object.entries(source?.properties ?? {})
    .filter(([key]) => key !== 'provider' && !heldByNobody.has(key))
    .map(([key, field]) => fieldOf(key, field, required.has(key)));
}

function fieldOf(name: string, schema: JsonSchema, isRequired: boolean): SettingField {
  const kind = kindOf(schema);
  const { default: fallback, description = '', minimum, maximum } = schema;
  const isPlain = typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean';
  return {
    name,
    kind,
    description,
    isRequired: isRequired && fallback === undefined,
    isAdvanced: name in commonFields || (kind === 'number' && !isRequired) || (kind === 'number' && fallback !== undefined),
    fallback: isPlain ? fallback : undefined,
    choices: schema.enum ?? [],
    minimum,
    maximum,
  };
}

function kindOf({ type, format, enum: choices }: JsonSchema): SettingKind {
  if (format === 'password') return 'secret';
  if (choices !== undefined) return 'choice';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  return type === 'array' ? 'list' : 'text';
}
