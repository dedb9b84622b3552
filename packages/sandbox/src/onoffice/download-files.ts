import type { Action } from './action.ts';
import { ActionError } from './action-error.ts';
import type { ResultData } from './envelope.ts';
import { nothingFound } from './file-list.ts';
import { integer, refuseUnknown } from './parameters.ts';
import type { World } from './world.ts';

/** `get` / `downloadFiles` / `address`: a link, good for 14 days, to a page for people. */
export function downloadFiles(action: Action, world: World): ResultData {
  const { parameters } = action;
  const { quirks, store, links } = world;
  refuseUnknown(parameters, ['addressid', 'language'], quirks);
  const addressId = integer(parameters, 'addressid');
  if (addressId === undefined) throw new ActionError(96);
  const language = languageOf(parameters['language'], world.userLanguage);
  if (store.addresses.files(addressId) === undefined) return nothingFound(quirks.unknownAddress, quirks);
  const record = { id: 'downloadUrl', type: 'file', elements: [links.toAddressPage(addressId, language)] };
  // Zero although there is a record: so the documented example has it.
  return { meta: { cntabsolute: 0 }, records: [record] };
}

function languageOf(value: unknown, byDefault: string): string {
  if (value === undefined || value === null || value === '') return byDefault;
  if (typeof value === 'string' && /^[a-z]{3}$/i.test(value)) return value.toUpperCase();
  throw new ActionError(160, typeof value === 'string' ? value : JSON.stringify(value));
}
