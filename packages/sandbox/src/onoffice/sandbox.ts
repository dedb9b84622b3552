import { addFaults, Connections, FaultPlan, type SandboxFault } from '../faults/index.ts';
import { createApp, recordRequests, startServer, type RecordedRequest, type TlsIdentity } from '../http/index.ts';
import { addApiRoutes, API_PATH } from './api-routes.ts';
import { onOfficeDemoData } from './demo-data.ts';
import { onOfficeDialect } from './fault-dialect.ts';
import { addFileLinkRoutes } from './file-link-routes.ts';
import { Links, type Hosts } from './links.ts';
import { Occasions } from './occasions.ts';
import { addPageRoutes } from './page-routes.ts';
import { documentedQuirks, type OnOfficeQuirks } from './quirks.ts';
import { createStore, type OnOfficeData, type OnOfficeStore } from './store.ts';
import type { World } from './world.ts';

export const ONOFFICE_DEMO_TOKEN = 'c0ffee0123456789abcdef00demo70ke';
export const ONOFFICE_DEMO_SECRET = 'demo5ec7e7000000000000000000000000000000000000000000000000000032';

export interface OnOfficeSandboxOptions {
  /** Of the API; default: a free one. */
  readonly port?: number;
  /** Of the server that links lead to; default: a free one. */
  readonly linkPort?: number;
  /** Speaks HTTPS with it, on both servers; default: plain HTTP. */
  readonly tls?: TlsIdentity;
  /** Default `ONOFFICE_DEMO_TOKEN`. */
  readonly token?: string;
  /** Default `ONOFFICE_DEMO_SECRET`. */
  readonly secret?: string;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
  /** Default: `onOfficeDemoData()`. */
  readonly data?: OnOfficeData;
  /** What differs from `documentedQuirks()`. */
  readonly quirks?: Partial<OnOfficeQuirks>;
  /** What goes wrong from the start; default: nothing. */
  readonly faults?: readonly SandboxFault[];
  /** For the chances of faults; default 1. */
  readonly seed?: number;
  /** Three letters, for download pages that ask for none; default `DEU`. */
  readonly userLanguage?: string;
}

export interface OnOfficeSandbox {
  readonly apiUrl: string;
  /** Base address of the server that links lead to. */
  readonly fileHost: string;
  readonly token: string;
  readonly secret: string;
  /** Of both servers, in the order of arrival; empty it with `length = 0`. */
  readonly requests: RecordedRequest[];
  readonly store: OnOfficeStore;
  /** Takes effect at once. */
  readonly quirks: OnOfficeQuirks;
  /** May be changed while the sandbox runs. */
  readonly faults: FaultPlan;
  /** Connections that callers hold to both servers. */
  readonly openConnections: number;
  close(): Promise<void>;
}

/** Starts the file part of the onOffice API on loopback, and beside it the server that its links lead to. */
export async function startOnOfficeSandbox(options: OnOfficeSandboxOptions = {}): Promise<OnOfficeSandbox> {
  const { token = ONOFFICE_DEMO_TOKEN, secret = ONOFFICE_DEMO_SECRET, now = Date.now } = options;
  const quirks = { ...documentedQuirks(), ...options.quirks };
  let hosts: Hosts = { api: '', links: '' };
  let listings = 0;
  const world: World = {
    token,
    secret,
    now,
    userLanguage: options.userLanguage ?? 'DEU',
    store: createStore(options.data ?? onOfficeDemoData()),
    quirks,
    occasions: new Occasions(),
    links: new Links(secret, now, quirks, () => hosts),
    nextListing: () => listings++,
  };

  const requests: RecordedRequest[] = [];
  const faults = new FaultPlan(options.faults, options.seed);
  const connections = new Connections();
  const dialect = onOfficeDialect(world, () => connections.destroyAll());
  const [apiApp, linkApp] = [createApp(options.tls), createApp(options.tls)];
  for (const app of [apiApp, linkApp]) {
    connections.watch(app.server);
    recordRequests(app, requests);
    addFaults(app, faults, dialect);
    addFileLinkRoutes(app, world, () => (app === apiApp ? hosts.links : hosts.api));
    addPageRoutes(app, world);
  }
  addApiRoutes(apiApp, world);

  const linkServer = await startServer(linkApp, options.linkPort);
  const apiServer = await startServer(apiApp, options.port).catch(async (error: unknown) => {
    await linkServer.close();
    throw error;
  });
  hosts = { api: apiServer.url, links: linkServer.url };
  return {
    apiUrl: apiServer.url + API_PATH,
    fileHost: linkServer.url,
    token,
    secret,
    requests,
    store: world.store,
    quirks,
    faults,
    get openConnections() {
      return connections.open;
    },
    close: async () => {
      await Promise.all([apiServer.close(), linkServer.close()]);
    },
  };
}
