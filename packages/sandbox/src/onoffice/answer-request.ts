import { isRecord, readAction } from './action.ts';
import { ActionError } from './action-error.ts';
import { envelope, errorResult, refusedEnvelope, type ActionResult, type Envelope } from './envelope.ts';
import { runAction } from './run-action.ts';
import type { World } from './world.ts';

/** The answer to the parsed body of one request. */
export function answerRequest(body: unknown, world: World): Envelope {
  const { quirks, occasions } = world;
  const request = isRecord(body) ? body['request'] : undefined;
  const actions: unknown = isRecord(request) ? request['actions'] : undefined;
  if (!isRecord(body) || !Array.isArray(actions) || actions.length === 0) return refusedEnvelope(new ActionError(9));
  if (quirks.maxActions > 0 && actions.length > quirks.maxActions) {
    return refusedEnvelope(ActionError.withMessage(1, `More than ${quirks.maxActions} actions in one request`));
  }
  const refusal = tokenRefusal(body['token'], world.token);
  if (refusal !== undefined && quirks.tokenErrorLevel === 'global') return refusedEnvelope(refusal);

  const results = actions
    .map(readAction)
    .map((action) => (refusal === undefined ? runAction(action, world) : errorResult(action, refusal, quirks)));
  const answer = envelope(disturbed(results, world), quirks);
  return occasions.due('missingResults', quirks.missingResults) ? { status: answer.status } : answer;
}

function tokenRefusal(token: unknown, expected: string): ActionError | undefined {
  if (typeof token !== 'string' || token === '') return new ActionError(13);
  return token === expected ? undefined : new ActionError(22);
}

function disturbed(results: readonly ActionResult[], { quirks, occasions }: World): readonly ActionResult[] {
  let left = [...results];
  if (occasions.due('wrongResult', quirks.wrongResult)) {
    const at = indexIn(left, quirks.wrongResult);
    const foreign = { resourceid: '', resourcetype: 'estatepictures', identifier: 'not-yours' };
    left = left.map((result, index) => (index === at ? { ...result, ...foreign } : result));
  }
  if (occasions.due('dropResult', quirks.dropResult)) left.splice(indexIn(left, quirks.dropResult), 1);
  if (occasions.due('shuffleResults', quirks.shuffleResults)) left.reverse();
  return left;
}

function indexIn(results: readonly ActionResult[], quirk: boolean | { readonly index?: number }): number {
  return typeof quirk === 'object' && quirk.index !== undefined ? quirk.index : results.length - 1;
}
