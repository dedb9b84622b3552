import type { Provider } from '@filesource/core';

/** A provider with the adapter that brings it. */
export interface KnownProvider {
  readonly adapter: string;
  readonly provider: Provider;
}
