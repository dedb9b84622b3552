import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ErrorJson } from '@filesource/core';

type Facts = Record<string, unknown>;

/** The structured answer of a tool that did not fail; the same as its text. */
export async function call<T = Facts>(client: Client, name: string, args: Facts = {}, options: RequestOptions = {}): Promise<T> {
  const result = await client.callTool({ name, arguments: args }, undefined, options);
  if (result.isError === true) throw new Error(`${name} failed: ${textOf(result)}`);
  const text = JSON.parse(textOf(result)) as unknown;
  if (JSON.stringify(text) !== JSON.stringify(result.structuredContent)) throw new Error('text and structured content differ');
  return result.structuredContent as T;
}

/** The error of a tool that failed. */
export async function failure(client: Client, name: string, args: Facts = {}): Promise<ErrorJson> {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError !== true) throw new Error(`${name} did not fail: ${textOf(result)}`);
  if (result.structuredContent !== undefined) throw new Error('an error has no structured content');
  return (JSON.parse(textOf(result)) as { error: ErrorJson }).error;
}

export function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  const [first] = result.content as readonly { readonly type: string; readonly text: string }[];
  return first?.text ?? '';
}
