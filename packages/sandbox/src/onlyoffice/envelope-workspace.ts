import { randomUUID } from 'node:crypto';
import { type Answer, type Envelope, pickFields } from './envelope.ts';
import { type Fault, VendorError } from './vendor-error.ts';

const STATUSES: Partial<Record<Fault, number>> = { 'not-found': 404, argument: 400, security: 403, 'invalid-operation': 403 };

export const workspaceEnvelope: Envelope = {
  success(value, context) {
    const status = context.method === 'POST' ? 201 : 200;
    const response = context.fields === undefined ? value : pickFields(value, context.fields);
    const count = Array.isArray(response) ? response.length : response === null || response === undefined ? 0 : 1;
    // Members at their default are not written, `status` excepted.
    return answer(status, { ...(count > 0 && { count }), status: 0, statusCode: status, response: response ?? null });
  },

  failure(error) {
    const status = (error instanceof VendorError ? STATUSES[error.fault] : undefined) ?? 500;
    return answer(status, { status: 1, statusCode: status, error: { message: error.message, hresult: -2146233088, data: {} } });
  },
};

function answer(status: number, body: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', etag: `"${randomUUID()}"`, 'cache-control': 'private, max-age=0' },
    body: JSON.stringify(body).replaceAll('/', '\\/'),
  };
}
