import { createRequire } from 'node:module';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Clock, Hashing } from '@filesource/core';
import { AllowedDirectory } from './allowed-directory.ts';
import { BoundedStore } from './bounded-store.ts';
import { Downloads } from './downloads/downloads.ts';
import { limits } from './limits.ts';
import type { McpHost } from './mcp-host.ts';
import { registerResources } from './resources.ts';
import { RunningCalls } from './running-calls.ts';
import { selectSources, type SourceStore } from './selected-sources.ts';
import { cancelArchive } from './tools/cancel-archive.ts';
import { fetchFile } from './tools/fetch-file.ts';
import { followArchive } from './tools/follow-archive.ts';
import { listFolder } from './tools/list-folder.ts';
import { listSources } from './tools/list-sources.ts';
import { readText } from './tools/read-text.ts';
import { startArchive } from './tools/start-archive.ts';
import { stat } from './tools/stat.ts';
import { registerTool, untrusted, type Tool } from './tools/tool.ts';

export interface FileSourceMcpOptions {
  /** What `createFileSources` gives; closing it is the caller's. */
  readonly sources: SourceStore;
  /** Names of the sources that clients get; default: all. */
  readonly only?: readonly string[];
  /** The directory that tools may write below. Default: none, and no tool writes. */
  readonly allowWrite?: string;
  readonly clock: Clock;
  readonly hashing: Hashing;
}

/** The tools and resources of some sources, for any number of sessions. */
export interface FileSourceMcp {
  /** One for each session; it has to be connected to a transport of its own. */
  createServer(): McpServer;
  /** Resolves when no call is being answered. */
  settled(): Promise<void>;
  /** Ends the downloads; jobs of vendors go on where a token leads back to them. */
  close(): Promise<void>;
}

const instructions = `Files of the sources in list_sources. ${untrusted}`;

/**
 * An MCP server over sources, which are fixed here whatever a client asks for.
 * - Throws `invalid-argument` for a source that is none, and for a directory that is none.
 */
export async function createFileSourceMcp(options: FileSourceMcpOptions): Promise<FileSourceMcp> {
  const { clock, hashing, allowWrite } = options;
  const sources = selectSources(options.sources, options.only);
  const writing = allowWrite === undefined ? undefined : { directory: await AllowedDirectory.open(allowWrite), downloads: new Downloads({ clock, hashing }) };
  const host: McpHost = {
    sources,
    clock,
    hashing,
    running: new RunningCalls(),
    cursors: new BoundedStore({ clock, prefix: 'cursor_', most: limits.cursors, lifetimeMs: limits.cursorLifetimeMs, what: 'cursor', advice: 'List the folder from its start, without a cursor.' }),
    ...(writing === undefined ? {} : { writing }),
  };
  const tools = toolsOf(host);
  return {
    createServer: () => {
      const server = new McpServer({ name: 'filesource', title: 'filesource', version: version() }, { instructions });
      for (const tool of tools) registerTool(server, host, tool);
      registerResources(server, host);
      return server;
    },
    settled: () => host.running.settled(),
    close: async () => writing?.downloads.close(),
  };
}

function toolsOf(host: McpHost): readonly Tool[] {
  const reading = [listSources(host), listFolder(host), stat(host), readText(host)];
  const { writing } = host;
  if (writing === undefined) return reading;
  return [...reading, ...[fetchFile, startArchive, followArchive, cancelArchive].map((tool) => tool(host, writing))];
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
  return version;
}
