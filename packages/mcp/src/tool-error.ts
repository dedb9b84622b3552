import { toFileSourceError, type ErrorJson } from '@filesource/core';
import { clip, dataText } from './data-text.ts';
import { limits } from './limits.ts';

/** An error as a model gets it: kind, message, what to do; redacted where it was thrown. */
function errorFacts(thrown: unknown): ErrorJson {
  const facts = toFileSourceError(thrown).toJSON();
  const { message, advice, ref } = facts;
  return {
    ...facts,
    message: clip(message, limits.mostMessageChars),
    ...(advice === undefined ? {} : { advice: clip(advice, limits.mostMessageChars) }),
    ...(ref === undefined ? {} : { ref: clip(ref, limits.mostRefChars) }),
  };
}

/** The result of a tool that failed. */
export function toolError(thrown: unknown): { isError: true; content: [{ type: 'text'; text: string }] } {
  return { isError: true, content: [{ type: 'text', text: dataText({ error: errorFacts(thrown) }) }] };
}

const notFound = -32_002;
const invalidParams = -32_602;
const internal = -32_603;

/** A resource that cannot be read, as an error of the protocol whose `data` holds the facts. */
export function resourceError(thrown: unknown): Error {
  const error = errorFacts(thrown);
  const code = error.kind === 'not-found' ? notFound : error.kind === 'invalid-argument' ? invalidParams : internal;
  // Not the SDK's own class: it writes its code into the message, and so does the client once more.
  return Object.assign(new Error(`${error.message} (${error.kind})${error.advice === undefined ? '' : ` ${error.advice}`}`), { code, data: { error } });
}
