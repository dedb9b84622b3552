import type { HttpClient } from '@filesource/core';

/** `close` ends the connections that are kept for later requests. */
export type ClosableHttpClient = HttpClient & { close(): void };
