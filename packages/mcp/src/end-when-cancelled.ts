import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

interface Cancellable {
  readonly signal: AbortSignal;
  readonly requestId: string | number;
  readonly requestInfo?: { readonly headers: Readonly<Record<string, string | string[] | undefined>> } | undefined;
}

/** Since when each call has an HTTP request of its own. */
const withoutBatches = '2025-06-18';

/** Ends the HTTP answer of a call when it is cancelled: nothing is ever sent on it, and it would stay open as long as its session. */
export function endWhenCancelled(server: McpServer, { signal, requestId, requestInfo }: Cancellable): void {
  const version = requestInfo?.headers['mcp-protocol-version'];
  const { transport } = server.server;
  if (!(transport instanceof StreamableHTTPServerTransport) || typeof version !== 'string' || version < withoutBatches) return;
  signal.addEventListener('abort', () => transport.closeSSEStream(requestId), { once: true });
}
