import type { NodeAPI } from 'node-red';
import { toFileSourceError } from '@filesource/core';
import type { Providers } from './providers.ts';

/**
 * What the editor draws the form of a source from: `{ providers: [{ name, title, settings }] }`.
 * - POST with `{ adapters: [names] }` adds the providers of packages; it loads code, so it needs the right to change flows.
 */
export function addFormsEndpoint(RED: NodeAPI, providers: Providers): void {
  const answer = async (packages: readonly string[]): Promise<{ readonly status: number; readonly body: object }> => {
    try {
      return { status: 200, body: { providers: await providers.forms(packages) } };
    } catch (error) {
      return { status: 400, body: { error: toFileSourceError(error).toJSON() } };
    }
  };
  RED.httpAdmin.get('/filesource/providers', RED.auth.needsPermission('filesource.read'), (_request, response) => {
    void answer([]).then(({ status, body }) => response.status(status).json(body));
  });
  RED.httpAdmin.post('/filesource/providers', RED.auth.needsPermission('flows.write'), (request, response) => {
    const { adapters } = (request.body ?? {}) as { readonly adapters?: unknown };
    const packages = Array.isArray(adapters) ? adapters.filter((name) => typeof name === 'string') : [];
    void answer(packages).then(({ status, body }) => response.status(status).json(body));
  });
}
