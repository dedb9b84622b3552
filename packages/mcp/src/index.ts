export { createFileSourceMcp, type FileSourceMcp, type FileSourceMcpOptions } from './file-source-mcp.ts';
export { serveHttp, type HttpOptions, type HttpServing } from './http/serve-http.ts';
export type { SessionLimits } from './http/sessions.ts';
export type { SourceStore } from './selected-sources.ts';
export { serveStdio, type StdioOptions } from './stdio.ts';
