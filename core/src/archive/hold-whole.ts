import type { Content } from '../content.ts';
import { GatheredBytes } from '../streams/gathered-bytes.ts';
import { WholeBody } from '../streams/whole-body.ts';

/** Reads a body into memory, so that it need not wait on its connection; only one that announces that it has no more than `mostBytes`. */
export async function holdWhole(content: Content, mostBytes: number): Promise<Content> {
  const { body, size } = content;
  if (body instanceof WholeBody || size === null || size > mostBytes) return content;
  const bytes = new GatheredBytes();
  for await (const chunk of body as AsyncIterable<Buffer>) bytes.add(chunk);
  return { ...content, body: new WholeBody(bytes.whole()) };
}
