import { signalOption, textParameter, type ItemOperation } from './operation.ts';

/** A URL for somebody else. */
export const getLink: ItemOperation = async (call) => {
  const language = textParameter(call, 'language');
  const { url, kind, expires, needsCredentials } = await call.source.link(textParameter(call, 'ref'), { ...signalOption(call), ...(language === '' ? {} : { language }) });
  return [{ json: { url, kind, expires: expires?.toISOString() ?? null, needsCredentials }, pairedItem: { item: call.itemIndex } }];
};
