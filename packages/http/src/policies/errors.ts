import { throwIfAborted } from '@filesource/core';
import { AnswerBody, announcedLength } from '../answer-body.ts';
import { toHttpError } from '../http-error.ts';
import { isOwnBody } from '../is-own-body.ts';
import type { Policy } from '../policy.ts';

/** Turns whatever a transport throws, or its body fails with, into an error of ours that holds no part of the request. */
export function errorsPolicy(): Policy {
  return {
    name: 'errors',
    async send(request, next) {
      const { signal } = request;
      throwIfAborted(signal);
      try {
        const response = await next(request);
        if (isOwnBody(response.body)) return response;
        return { ...response, body: new AnswerBody(response.body, { length: announcedLength(request, response), signal }) };
      } catch (error) {
        throw toHttpError(error, signal);
      }
    },
  };
}
