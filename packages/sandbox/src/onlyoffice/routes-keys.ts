import type { Route } from './call.ts';
import { VendorError } from './vendor-error.ts';

/** DocSpace alone has API keys; one tells itself, without the part that is secret. */
export const keysRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/2.0/keys/@self',
    only: 'docspace',
    handle: ({ caller }) => {
      const key = caller?.key;
      if (key === undefined) throw new VendorError('not-found', 'The API key could not be found');
      return { id: '5f0c6e1a-2f6d-4c1b-9d5e-0a1b2c3d4e5f', name: 'sandbox', keyPostfix: key.key.slice(-4), permissions: key.permissions ?? [], isActive: true };
    },
  },
];
