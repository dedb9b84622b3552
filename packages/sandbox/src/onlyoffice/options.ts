import type { SectionSpec } from './data.ts';
import { demoData } from './demo-data.ts';
import { demoApiKeys, demoUsers } from './demo-users.ts';
import type { ApiKey, User } from './model.ts';
import type { SandboxFault } from '../faults/index.ts';
import type { TlsIdentity } from '../http/index.ts';
import type { OnlyOfficeQuirks } from './quirks.ts';

export type Generation = 'docspace' | 'workspace';

export interface UserSpec {
  readonly userName: string;
  readonly password: string;
  readonly displayName?: string;
  readonly admin?: boolean;
  readonly disabled?: boolean;
  readonly tfaCode?: string;
}

export interface OnlyOfficeSandboxOptions {
  /** Default `docspace`. */
  readonly generation?: Generation;
  /** Of DocSpace; default `3.7`. `3.6` checks nothing before a download and sends no `status`. */
  readonly version?: '3.7' | '3.6';
  /** Default: a free one. */
  readonly port?: number;
  /** Speaks HTTPS with it, on both servers; default: plain HTTP. */
  readonly tls?: TlsIdentity;
  readonly users?: readonly UserSpec[];
  readonly apiKeys?: readonly ApiKey[];
  /** Milliseconds since 1970; everything that takes or loses time goes by it. Default `Date.now`. */
  readonly now?: () => number;
  /** Default one year. */
  readonly tokenLifetimeMs?: number;
  /** From the PUT to the end of a bulk download; default 400. */
  readonly operationDurationMs?: number;
  readonly data?: readonly SectionSpec[];
  /** The users' setting `downloadTarGz` at the start. */
  readonly tarGz?: boolean;
  /** `presigned`: the content of files and archives is had by redirect to a second server. Default `disc`. */
  readonly storage?: 'disc' | 'presigned';
  /** In archive names; default `sandbox`. */
  readonly tenantAlias?: string;
  /** Of the portal's dates; default 60. */
  readonly tenantOffsetMinutes?: number;
  readonly quirks?: Partial<Omit<OnlyOfficeQuirks, 'expireTokensNow'>>;
  /** What goes wrong from the start; default: nothing. */
  readonly faults?: readonly SandboxFault[];
  /** For the chances of faults; default 1. */
  readonly seed?: number;
}

export interface Settings {
  readonly generation: Generation;
  readonly version: '3.7' | '3.6';
  readonly port: number;
  readonly users: readonly User[];
  readonly apiKeys: readonly ApiKey[];
  readonly now: () => number;
  readonly tokenLifetimeMs: number;
  readonly operationDurationMs: number;
  readonly data: readonly SectionSpec[];
  readonly tarGz: boolean;
  readonly storage: 'disc' | 'presigned';
  readonly tenantAlias: string;
  readonly tenantOffsetMinutes: number;
}

const YEAR_MS = 365 * 86_400_000;

export function settle(options: OnlyOfficeSandboxOptions): Settings {
  const generation = options.generation ?? 'docspace';
  return {
    generation,
    version: options.version ?? '3.7',
    port: options.port ?? 0,
    users: (options.users ?? demoUsers).map(asUser),
    apiKeys: options.apiKeys ?? (options.users === undefined ? demoApiKeys : []),
    now: options.now ?? Date.now,
    tokenLifetimeMs: options.tokenLifetimeMs ?? YEAR_MS,
    operationDurationMs: options.operationDurationMs ?? 400,
    data: options.data ?? demoData(options.users === undefined ? demoUsers : options.users),
    tarGz: options.tarGz ?? false,
    storage: options.storage ?? 'disc',
    tenantAlias: options.tenantAlias ?? 'sandbox',
    tenantOffsetMinutes: options.tenantOffsetMinutes ?? 60,
  };
}

function asUser(spec: UserSpec, index: number): User {
  return {
    id: `66faa6e4-f133-11ea-b126-00ffeec8b4${String(index + 1).padStart(2, '0')}`,
    userName: spec.userName,
    password: spec.password,
    displayName: spec.displayName ?? spec.userName,
    admin: spec.admin ?? index === 0,
    disabled: spec.disabled ?? false,
    ...(spec.tfaCode !== undefined && { tfaCode: spec.tfaCode }),
  };
}
