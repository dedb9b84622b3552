import { randomUUID } from 'node:crypto';
import { type Answer, type AnswerContext, type Envelope, pickFields, withoutNulls } from './envelope.ts';
import { type Fault, ValidationError, VendorError } from './vendor-error.ts';

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache, no-store, no-transform' };

interface Mapping {
  readonly status: number;
  readonly type: string;
  readonly traced: boolean;
}

const MAPPINGS: Record<Fault, Mapping> = {
  'not-found': { status: 404, type: 'System.IO.FileNotFoundException', traced: true },
  argument: { status: 400, type: 'System.ArgumentException', traced: true },
  security: { status: 403, type: 'System.Security.SecurityException', traced: true },
  authentication: { status: 401, type: '', traced: false },
  'brute-force': { status: 403, type: '', traced: false },
  'invalid-operation': { status: 403, type: 'System.InvalidOperationException', traced: true },
  billing: { status: 402, type: 'System.Exception', traced: true },
  unsupported: { status: 415, type: '', traced: false },
  unmapped: { status: 500, type: 'System.Exception', traced: true },
};

export const docSpaceEnvelope: Envelope = {
  success(value, context) {
    const response = context.fields === undefined ? value : pickFields(asClrNames(value), context.fields);
    return envelope(200, response, context, 0);
  },

  failure(error, context) {
    if (error instanceof ValidationError) {
      const type = 'https://tools.ietf.org/html/rfc9110#section-15.5.1';
      const traceId = `00-${randomUUID().replaceAll('-', '')}-00`;
      return envelope(400, { type, title: error.message, status: 400, errors: error.errors, traceId }, context, 1);
    }
    const fault = error instanceof VendorError ? error.fault : 'unmapped';
    const { status, type, traced } = MAPPINGS[fault];
    const message = fault === 'security' ? 'Access denied' : error.message;
    const details = traced ? { message, type, stack: `   at ASC.Files.Sandbox(${type})`, hresult: -2146233088 } : { message, hresult: 0 };
    return { status, headers: JSON_HEADERS, body: JSON.stringify({ error: details, status: 1, statusCode: status }) };
  },
};

function envelope(status: number, value: unknown, context: AnswerContext, flag: 0 | 1): Answer {
  const body = {
    response: value,
    count: countOf(value, context),
    links: context.linksInEnvelope ? [{ href: context.href, action: context.method }] : undefined,
    status: flag,
    statusCode: status,
  };
  return { status, headers: JSON_HEADERS, body: JSON.stringify(withoutNulls(body)) };
}

function countOf(value: unknown, context: AnswerContext): number {
  if (value === null || value === undefined) return 0;
  return Array.isArray(value) && !context.streamed ? value.length : 1;
}

// `Operation` owes its capital to an attribute that the filtering converter does not read.
function asClrNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asClrNames);
  if (typeof value !== 'object' || value === null || !('Operation' in value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key === 'Operation' ? 'operationType' : key, member]));
}
