import { commonFields, defineAdapter, defineProvider, emulated, overlay, secretField, urlField, type AdapterContext, type AdapterDescriptor } from '@filesource/core';
import { createMemoryAdapter } from '@filesource/testkit';
import { z } from 'zod';

const fields = {
  token: secretField('Token'),
  baseUrl: urlField('Where it is').default('https://acme.example'),
  login: z.strictObject({ user: z.string(), password: secretField('Password') }).optional(),
  colour: z.enum(['red', 'green']).default('red'),
  strict: z.boolean().default(false),
  ...commonFields,
};

export interface Acme {
  readonly descriptor: AdapterDescriptor;
  /** What the sources were built with, in order. */
  readonly contexts: AdapterContext[];
  readonly closed: string[];
  /** Most listings that ran at once. */
  mostAtOnce: number;
}

/** An adapter for tests: `list` sends one request and logs; two providers of one account. */
export function createAcme(): Acme {
  const acme: Acme = { contexts: [], closed: [], mostAtOnce: 0, descriptor: { name: 'acme', providers: {} } };
  let running = 0;
  const provider = (maxConcurrency: number): ReturnType<typeof defineProvider> =>
    defineProvider({
      title: `Files of Acme, ${maxConcurrency} at once`,
      configSchema: z.strictObject(fields).refine((config) => config.maxAttempts !== 7, 'seven attempts bring bad luck'),
      account: (config) => config.baseUrl,
      create: (config, context) => {
        acme.contexts.push(context);
        const { http, logger } = context.ports;
        const memory = createMemoryAdapter({ folders: [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('a') }] }] });
        return overlay(memory, {
          capabilities: { ...memory.capabilities, archive: emulated('zip'), limits: { ...memory.capabilities.limits, maxConcurrency } },
          async listPage(folder, options) {
            running += 1;
            acme.mostAtOnce = Math.max(acme.mostAtOnce, running);
            logger.log('info', 'acme.list', { token: `is ${config.token.reveal()}` });
            const credentials = { authorization: config.token.reveal() };
            const response = await http.send({ method: 'GET', url: `${config.baseUrl}/list`, credentials, ...(options.signal === undefined ? {} : { signal: options.signal }) }).finally(() => (running -= 1));
            response.body.resume();
            return memory.listPage(folder, options);
          },
          close: async () => void acme.closed.push(context.name),
        });
      },
    });
  return Object.assign(acme, { descriptor: defineAdapter({ name: 'acme', providers: { 'acme-files': provider(2), 'acme-mail': provider(1) } }) });
}
