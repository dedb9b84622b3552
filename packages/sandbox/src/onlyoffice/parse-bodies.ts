import type { FastifyInstance } from 'fastify';
import type { Generation } from './options.ts';

/** DocSpace reads JSON only; Workspace reads forms as well. */
export function parseBodies(app: FastifyInstance, generation: Generation): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json', 'text/json'], { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) => {
    const text = body.toString().trim();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  });
  if (generation === 'docspace') return;
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) => {
    const form = new URLSearchParams(body.toString());
    const names = [...new Set(form.keys())];
    return Object.fromEntries(
      names.map((name) => {
        const values = form.getAll(name);
        return [name.replace(/\[\d*\]$/, ''), values.length === 1 && !name.endsWith(']') ? values[0] : values];
      }),
    );
  });
}
