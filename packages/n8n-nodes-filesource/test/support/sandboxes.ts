import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions, type OnOfficeSandbox } from '@filesource/sandbox';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

export interface Sandboxes {
  readonly onOffice: OnOfficeSandbox;
  readonly onlyOffice: OnlyOfficeSandbox;
  /** By the type of the credential, as a form in n8n would hold them. */
  readonly credentials: Readonly<Record<string, ICredentialDataDecryptedObject>>;
  close(): Promise<void>;
}

export async function startSandboxes(options: OnlyOfficeSandboxOptions = {}): Promise<Sandboxes> {
  const [onOffice, onlyOffice] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox({ operationDurationMs: 50, ...options })]);
  const account = { apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret, allowHosts: new URL(onOffice.fileHost).host };
  return {
    onOffice,
    onlyOffice,
    credentials: {
      fileSourceOnofficeAddressApi: account,
      fileSourceOnofficeAppointmentApi: account,
      fileSourceOnlyofficeApi: { baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key, generation: 'auto', userName: '', password: '', token: '' },
    },
    close: async () => {
      await Promise.all([onOffice.close(), onlyOffice.close()]);
    },
  };
}
