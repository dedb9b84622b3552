import { getEventListeners } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemPorts } from '@filesource/container';
import { WholeBody, type SourceAdapter } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, demoIds, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';

let onOffice: OnOfficeSandbox;
let onlyOffice: OnlyOfficeSandbox;
beforeAll(async () => {
  [onOffice, onlyOffice] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox()]);
});
afterAll(async () => {
  await Promise.all([onOffice.close(), onlyOffice.close()]);
});

function adapterOf(providers: typeof onoffice.providers, name: string, settings: Readonly<Record<string, unknown>>): SourceAdapter {
  const provider = providers[name];
  if (provider === undefined) throw new Error(`there is no ${name}`);
  return provider.create(provider.configSchema.parse(settings), { name: 'bare', ports: systemPorts() });
}

const onOfficeAccount = (): Readonly<Record<string, unknown>> => ({ apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret, allowHosts: [new URL(onOffice.fileHost).host] });

describe.each([
  ['onoffice-address', '1237', () => adapterOf(onoffice.providers, 'onoffice-address', onOfficeAccount())],
  ['onoffice-appointment', '247', () => adapterOf(onoffice.providers, 'onoffice-appointment', onOfficeAccount())],
  ['onlyoffice', String(demoIds.contracts), () => adapterOf(onlyoffice.providers, 'onlyoffice', { baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key })],
])('the adapter %s, which says that it lets go of signals', (_name, folder, create) => {
  /** What a call gave, under a signal that nobody follows once it has, and that may fire then without harm. */
  async function letGo<T>(run: (options: { readonly signal: AbortSignal }) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const answer = await run({ signal: stop.signal });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    stop.abort();
    return answer;
  }

  test('leaves nothing under the signal of a call that has ended, and harms nothing when it fires then', async () => {
    const adapter = create();
    expect(adapter.letsGoOfSignals).toBe(true);
    const { items } = await letGo((options) => adapter.listPage(folder, options));
    const files = items.filter((entry) => entry.kind === 'file').slice(0, 5);
    expect(files.length).toBeGreaterThan(0);
    for (const entry of files) {
      const ref = { folder, file: entry.id };
      expect(await letGo((options) => adapter.stat(ref, options))).toMatchObject({ id: entry.id, name: entry.name });
      expect((await letGo((options) => adapter.link(ref, options))).url).toMatch(/^https?:/);
    }
    await adapter.close();
  });

  test('leaves nothing under the signal of an open whose body is whole, or was read', async () => {
    const adapter = create();
    const { items } = await adapter.listPage(folder, {});
    const files = items.filter((entry) => entry.kind === 'file').slice(0, 20);
    // Those that are opened together share requests.
    const opened = await Promise.all(
      files.map(async ({ id }) => {
        const { signal } = new AbortController();
        const { body } = await adapter.open({ folder, file: id }, { signal });
        return { signal, body, left: getEventListeners(signal, 'abort').length };
      }),
    );
    const whole = opened.filter(({ body }) => body instanceof WholeBody);
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.map(({ left }) => left)).toEqual(whole.map(() => 0));
    for (const { body } of opened) await buffer(body);
    expect(opened.map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual(opened.map(() => 0));
    await adapter.close();
  });
});
