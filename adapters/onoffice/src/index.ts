import { defineAdapter, defineProvider, type Ports } from '@filesource/core';
import { createAddressSource } from './address-source.ts';
import { createAppointmentSource } from './appointment-source.ts';
import { createApiClient, type ApiClient } from './client.ts';
import { accountOf, addressConfigSchema, appointmentConfigSchema, type AccountConfig } from './config.ts';

/** Files of addresses and of appointments in onOffice enterprise. */
export const onoffice = defineAdapter({
  name: 'onoffice',
  providers: {
    'onoffice-address': defineProvider({
      title: 'Files of address records in onOffice',
      configSchema: addressConfigSchema,
      account: accountOf,
      create: (config, { ports }) => createAddressSource(config, clientOf(config, ports), ports),
    }),
    'onoffice-appointment': defineProvider({
      title: 'Files of appointments in onOffice',
      configSchema: appointmentConfigSchema,
      account: accountOf,
      create: (config, { ports }) => createAppointmentSource(config, clientOf(config, ports), ports),
    }),
  },
});

function clientOf(config: AccountConfig, ports: Ports): ApiClient {
  ports.redactor.add(config.token);
  ports.redactor.add(config.secret);
  return createApiClient(config, ports);
}
