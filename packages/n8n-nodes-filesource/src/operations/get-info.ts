import { entryToJson } from '@filesource/core';
import { signalOption, textParameter, type ItemOperation } from './operation.ts';

/** One file or folder. */
export const getInfo: ItemOperation = async (call) => {
  const entry = await call.source.stat(textParameter(call, 'ref'), signalOption(call));
  return [{ json: { ...entryToJson(entry) }, pairedItem: { item: call.itemIndex } }];
};
