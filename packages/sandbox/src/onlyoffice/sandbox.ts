import type { FastifyInstance } from 'fastify';
import { addFaults, Connections, FaultPlan } from '../faults/index.ts';
import { createApp, recordRequests, type RecordedRequest, startServer, type TlsIdentity } from '../http/index.ts';
import { onlyOfficeDialect } from './fault-dialect.ts';
import { addFileHandler } from './file-handler.ts';
import { addHttpFaults } from './http-faults.ts';
import { OperationQueue } from './operation-queue.ts';
import { type OnlyOfficeSandboxOptions, settle, type Settings } from './options.ts';
import { parseBodies } from './parse-bodies.ts';
import type { Portal } from './portal.ts';
import { UserPreferences } from './preferences.ts';
import { AimCounter, createQuirks, type OnlyOfficeQuirks } from './quirks.ts';
import { addRoutes, handleErrors } from './router.ts';
import { authenticationRoutes } from './routes-authentication.ts';
import { contentsRoutes } from './routes-contents.ts';
import { entryRoutes } from './routes-entries.ts';
import { fileopsRoutes } from './routes-fileops.ts';
import { keysRoutes } from './routes-keys.ts';
import { settingsRoutes } from './routes-settings.ts';
import { SignInGuard } from './sign-in-guard.ts';
import { SignedLinks } from './signed-links.ts';
import { addStorage } from './storage-server.ts';
import { OnlyOfficeStore } from './store.ts';
import { TempStorage } from './temp-storage.ts';
import { TokenRegistry } from './tokens.ts';

export interface OnlyOfficeSandbox {
  /** Origin of the portal, e.g. `http://127.0.0.1:49152`. */
  readonly baseUrl: string;
  /** Origin of the second server with `storage: 'presigned'`. */
  readonly storageUrl?: string;
  /** What came to both servers, in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  readonly store: OnlyOfficeStore;
  /** May be changed while the sandbox runs. */
  readonly quirks: OnlyOfficeQuirks;
  /** May be changed while the sandbox runs. */
  readonly faults: FaultPlan;
  /** For tests that wait for what happens, and not for time. */
  readonly operations: OperationSwitch;
  /** Session tokens and signatures of links that were given out: for tests that look for them where they must not be. */
  readonly issuedSecrets: readonly string[];
  /** Connections that callers hold to both servers. */
  readonly openConnections: number;
  close(): Promise<void>;
}

interface OperationSwitch {
  /** Bulk downloads, those that run and those to come, stay half-way until `release`. */
  hold(): void;
  /** Those that were held end at once; those to come go by the clock again. */
  release(): void;
}

/** Starts a DocSpace or a Workspace on 127.0.0.1. */
export async function startOnlyOfficeSandbox(options: OnlyOfficeSandboxOptions = {}): Promise<OnlyOfficeSandbox> {
  const settings = settle(options);
  const portal = createPortal(settings, options.quirks ?? {});
  const aims = new AimCounter();
  const requests: RecordedRequest[] = [];
  const faults = new FaultPlan(options.faults, options.seed);
  const connections = new Connections();
  const prepare = (made: FastifyInstance): void => {
    connections.watch(made.server);
    recordRequests(made, requests);
    addHttpFaults(made, portal, aims);
    addFaults(made, faults, onlyOfficeDialect(portal, () => connections.destroyAll()));
  };

  const app = createApp(options.tls);
  prepare(app);
  parseBodies(app, settings.generation);
  handleErrors(app, portal);
  addRoutes(app, portal, [...authenticationRoutes, ...fileopsRoutes, ...settingsRoutes, ...keysRoutes, ...entryRoutes, ...contentsRoutes]);
  addFileHandler(app, portal, aims);
  const server = await startServer(app, settings.port);
  const storage = settings.storage === 'presigned' ? await startStorage(portal, aims, prepare, options.tls) : undefined;
  if (storage !== undefined) portal.storageUrl = storage.url;

  return {
    baseUrl: server.url,
    ...(storage !== undefined && { storageUrl: storage.url }),
    requests,
    store: portal.store,
    quirks: portal.quirks,
    faults,
    operations: portal.operations,
    get issuedSecrets() {
      return [...portal.tokens.issued, ...portal.links.issued];
    },
    get openConnections() {
      return connections.open;
    },
    close: async () => {
      await Promise.all([server.close(), storage?.close()]);
    },
  };
}

async function startStorage(portal: Portal, aims: AimCounter, prepare: (app: FastifyInstance) => void, tls: TlsIdentity | undefined): ReturnType<typeof startServer> {
  const app = createApp(tls);
  prepare(app);
  addStorage(app, portal, aims);
  return startServer(app);
}

function createPortal(settings: Settings, quirks: Partial<OnlyOfficeQuirks>): Portal {
  const { now } = settings;
  const tokens = new TokenRegistry(now, settings.tokenLifetimeMs);
  const portal: Portal = {
    settings,
    store: new OnlyOfficeStore(settings.users, settings.data, now),
    tokens,
    guard: new SignInGuard(now),
    preferences: new UserPreferences(settings.tarGz),
    operations: new OperationQueue(() => portal),
    temp: new TempStorage(),
    links: new SignedLinks(now),
    storage: new Map(),
    quirks: createQuirks(quirks, () => tokens.revokeAll()),
  };
  return portal;
}
