import { FileSourceError } from '@filesource/core';
import { readFile, rename, writeFile } from 'node:fs/promises';

export interface DemoServers {
  readonly generation: 'docspace' | 'workspace';
  readonly onOffice: { readonly apiUrl: string; readonly fileHost: string; readonly token: string; readonly secret: string };
  readonly onlyOffice: { readonly baseUrl: string; readonly storageUrl?: string };
  readonly apiKey: string;
  readonly user: { readonly userName: string; readonly password: string };
}

const firstLine = '# Written by "filesource sandbox"; its credentials open nothing but the sandbox.';

/** A config as YAML for both sandboxes; Workspace has no API keys, so there a user signs in. */
export function demoConfig({ generation, onOffice, onlyOffice, apiKey, user }: DemoServers): string {
  const onOfficeSettings = {
    apiUrl: onOffice.apiUrl,
    token: onOffice.token,
    secret: onOffice.secret,
    allowHosts: [new URL(onOffice.fileHost).host],
  };
  const login = generation === 'docspace' ? { apiKey } : { userName: user.userName, password: user.password };
  const storage = onlyOffice.storageUrl === undefined ? {} : { allowHosts: [new URL(onlyOffice.storageUrl).host] };
  const sources = {
    contacts: { provider: 'onoffice-address', ...onOfficeSettings },
    appointments: { provider: 'onoffice-appointment', ...onOfficeSettings },
    documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, ...login, ...storage },
  };
  const lines = Object.entries(sources).flatMap(([name, settings]) => [`  ${name}:`, ...Object.entries(settings).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`)]);
  return [firstLine, 'sources:', ...lines, ''].join('\n');
}

/** Folders of the demo data, and what is in each. */
export function demoRefs(): readonly (readonly [string, string])[] {
  return [
    ['contacts:1237', 'files of an address, with letters and awkward names'],
    ['contacts:1240', '260 files, over several pages'],
    ['contacts:1260', 'names that nobody gives in good faith'],
    ['appointments:247', 'files of an appointment'],
    ['documents:@my', 'a section of ONLYOFFICE'],
    ['documents:101', 'a folder with files and folders'],
  ];
}

/**
 * Writes the config, readable for its owner only.
 * - Refuses to replace a file that the sandbox has not written.
 */
export async function writeDemoConfig(file: string, config: string): Promise<void> {
  const existing = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw targetFailed(file, error);
  });
  if (existing !== undefined && !existing.startsWith(firstLine)) {
    throw new FileSourceError('invalid-argument', `${file} is there already and was not written by the sandbox`, { advice: 'Name another file.' });
  }
  const part = `${file}.part`;
  try {
    await writeFile(part, config, { mode: 0o600 });
    await rename(part, file);
  } catch (error) {
    throw targetFailed(file, error);
  }
}

function targetFailed(file: string, error: unknown): FileSourceError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return new FileSourceError('target-failed', `${file} cannot be written: ${code}`, { cause: error });
}
