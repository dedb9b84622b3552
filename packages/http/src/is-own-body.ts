import type { Readable } from 'node:stream';
import { WholeBody } from '@filesource/core';
import { AnswerBody, BrokenBody } from './answer-body.ts';
import { LengthBody } from './download/length-body.ts';

/** True for a body whose errors are ours already, and which knows by itself whether it came whole. */
export function isOwnBody(body: Readable): boolean {
  return body instanceof AnswerBody || body instanceof BrokenBody || body instanceof WholeBody || body instanceof LengthBody;
}
