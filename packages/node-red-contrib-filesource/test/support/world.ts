import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNodeRed, type FlowNode, type Runtime } from './runtime.ts';

export interface World {
  readonly red: Runtime;
  readonly onOffice: OnOfficeSandbox;
  readonly onlyOffice: OnlyOfficeSandbox;
  /** A config node that is set up for all vendors, with onOffice chosen. */
  readonly contacts: (more?: object) => FlowNode;
  /** The same one with ONLYOFFICE chosen. */
  readonly documents: (more?: object) => FlowNode;
  /** Everything that no file and no message may hold. */
  readonly secrets: readonly string[];
  /** Between tests: nothing seen, no faults. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** Both vendors' servers, and a Node-RED with a `filesource.yaml` for them in its user directory. */
export async function startWorld(settings: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const onOffice = await startOnOfficeSandbox();
  const onlyOffice = await startOnlyOfficeSandbox({ operationDurationMs: 300 });
  const red = await startNodeRed(settings);
  const apiKey = demoApiKeys[0].key;
  await writeFile(
    join(red.userDir, 'filesource.yaml'),
    `sources:
  contacts: { provider: onoffice-address, apiUrl: '${onOffice.apiUrl}', token: ${onOffice.token}, secret: ${onOffice.secret} }
  documents: { provider: onlyoffice, baseUrl: '${onlyOffice.baseUrl}', apiKey: ${apiKey} }
`,
  );
  const contacts = (more: object = {}): FlowNode => ({
    id: 'source',
    type: 'filesource-source',
    name: 'files',
    mode: 'settings',
    provider: 'onoffice-address',
    settings: { 'onoffice-address': { apiUrl: onOffice.apiUrl, maxAttempts: 1 }, onlyoffice: { baseUrl: onlyOffice.baseUrl } },
    credentials: { 'onoffice-address__token': onOffice.token, 'onoffice-address__secret': onOffice.secret, onlyoffice__apiKey: apiKey },
    ...more,
  });
  return {
    red,
    onOffice,
    onlyOffice,
    contacts,
    documents: (more = {}) => contacts({ provider: 'onlyoffice', ...more }),
    secrets: [onOffice.token, onOffice.secret, apiKey],
    forget: () => {
      red.seen.length = 0;
      red.statuses.length = 0;
      onOffice.faults.set([]);
      onlyOffice.faults.set([]);
    },
    close: async () => {
      await red.close();
      await Promise.all([onOffice.close(), onlyOffice.close()]);
    },
  };
}
