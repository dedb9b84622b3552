import { secretField } from '@filesource/core';
import { z } from 'zod';

/** What a token may be given leave for; `read` covers listings, facts and contents. */
export const scopes = ['read', 'link', 'archive', 'metrics'] as const;

export type Scope = (typeof scopes)[number];

const tokenSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, . _ and -, at most 64')
    .meta({ description: 'Who it is for; stands in logs and metrics, and its operations belong to it' }),
  token: secretField('The token itself, at least 20 characters; better file:PATH or ${NAME}').refine((secret) => secret.reveal().length >= 20, 'a token has at least 20 characters; "openssl rand -base64 32" makes one').refine((secret) => /^[\x21-\x7e]*$/.test(secret.reveal()), 'a token with spaces, line breaks or characters beyond ASCII fits into no header'),
  sources: z.array(z.string().min(1)).min(1).meta({ description: 'The sources that it may use, by name; * for all' }),
  scopes: z.array(z.enum(scopes)).min(1).meta({ description: 'What it may do' }),
});

const count = (most: number): z.ZodInt => z.int().min(1).max(most);
const time = (most: number): z.ZodInt => z.int().min(100).max(most);
const bytes = z.int().min(1024);
const hour = 3_600_000;

/** The section `gateway:` of the config file. */
export const gatewaySchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').meta({ description: 'The address to listen on' }),
  port: z.int().min(0).max(65_535).default(8080).meta({ description: 'The port; 0 for a free one' }),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'expected an absolute http or https URL' })
    .optional()
    .meta({ description: 'The address that browsers use, where a proxy stands in front; https makes the session cookie Secure' }),
  tokens: z
    .array(tokenSchema)
    .default([])
    .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, 'two tokens have one name')
    .refine((tokens) => new Set(tokens.map(({ token }) => token.reveal())).size === tokens.length, 'two tokens are the same')
    .meta({ description: 'Who may use it; without any, a token is made for each run' }),
  metrics: z.enum(['token', 'open']).default('token').meta({ description: 'Whether /metrics needs a token with the scope metrics' }),

  maxBodyBytes: bytes.max(1_048_576).default(65_536).meta({ description: 'Largest body of a request' }),
  maxHeaderBytes: bytes.max(65_536).default(16_384).meta({ description: 'Largest head of a request, its URL included' }),
  maxConnections: count(1_000_000).default(10_000).meta({ description: 'Connections at once; more are not accepted' }),
  maxConcurrentRequests: count(10_000).default(64).meta({ description: 'Requests that are answered at once, downloads included' }),
  maxConcurrentRequestsPerToken: count(10_000).default(32).meta({ description: 'The same for one token' }),
  maxQueuedRequests: z.int().min(0).max(100_000).default(256).meta({ description: 'Requests that wait for a place; more get 503' }),
  maxQueueMs: time(600_000).default(10_000).meta({ description: 'Longest wait for a place, then 503' }),
  maxEventStreams: count(100_000).default(256).meta({ description: 'Streams of progress events at once' }),
  requestTimeoutMs: time(600_000).default(30_000).meta({ description: 'Longest time for a request to arrive, its head and its body' }),
  answerTimeoutMs: time(hour).default(120_000).meta({ description: 'Longest wait for the source until an answer starts' }),
  writeIdleTimeoutMs: time(hour).default(60_000).meta({ description: 'Longest time that a client takes nothing of an answer' }),
  keepAliveTimeoutMs: time(600_000).default(5_000).meta({ description: 'How long an idle connection is kept' }),
  shutdownTimeoutMs: z.int().min(0).max(24 * hour).default(30_000).meta({ description: 'How long transfers may go on after the signal to stop' }),
  sessionLifetimeMs: time(30 * 24 * hour).default(12 * hour).meta({ description: 'How long the cookie of the page is good' }),
  maxSessions: count(100_000).default(1_000).meta({ description: 'Sessions at once; the oldest one goes' }),

  spoolDirectory: z.string().min(1).optional().meta({ description: 'Where archives wait for their reader; default: a private temporary directory' }),
  maxSpoolBytes: bytes.default(10 * 1024 ** 3).meta({ description: 'Bytes of all archives there' }),
  maxOperations: count(100_000).default(100).meta({ description: 'Operations that are known at once, ended ones included' }),
  maxOperationsPerToken: count(100_000).default(20).meta({ description: 'The same for one token' }),
  operationTimeoutMs: time(7 * 24 * hour).default(6 * hour).meta({ description: 'Longest wait for the vendor to make an archive' }),
  operationLifetimeMs: time(7 * 24 * hour).default(hour).meta({ description: 'How long an ended operation and its archive are kept' }),
});

export type GatewaySettings = z.output<typeof gatewaySchema>;
export type TokenSettings = GatewaySettings['tokens'][number];
