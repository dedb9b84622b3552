import { FileSourceError } from '@filesource/core';
import type { demoUsers, OnlyOfficeSandbox, OnOfficeSandbox, SandboxFault } from '@filesource/sandbox';
import { once } from 'node:events';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine } from '../render/safe-text.ts';
import { demoConfig, demoRefs, writeDemoConfig } from '../demo-config.ts';

export interface SandboxCommandOptions {
  readonly port?: number;
  readonly generation: 'docspace' | 'workspace';
  readonly storage: 'disc' | 'presigned';
  readonly writeConfig?: string;
  readonly fault?: readonly SandboxFault[];
  readonly seed?: number;
  /** Milliseconds before every answer. */
  readonly latency?: number;
  readonly json?: boolean;
}

/** Runs until the signal fires, which is its regular end. */
export async function sandbox(context: CliContext, options: SandboxCommandOptions): Promise<ExitCode> {
  const { startOnlyOfficeSandbox, startOnOfficeSandbox } = await import('@filesource/sandbox');
  const { port, generation, storage } = options;
  const wrong = { faults: faultsOf(options), ...(options.seed === undefined ? {} : { seed: options.seed }) };
  const onOffice = await startOnOfficeSandbox({ ...wrong, ...(port === undefined ? {} : { port, linkPort: port + 1 }) }).catch(portTaken);
  try {
    const onlyOffice = await startOnlyOfficeSandbox({ ...wrong, generation, storage, ...(port === undefined ? {} : { port: port + 2 }) }).catch(portTaken);
    try {
      await announce(context, options, onOffice, onlyOffice);
      if (!context.signal.aborted) await once(context.signal, 'abort');
    } finally {
      await onlyOffice.close();
    }
  } finally {
    await onOffice.close();
  }
  if (options.json !== true) context.err.tell('filesource: the sandbox has stopped');
  return exitCodes.done;
}

function faultsOf({ fault = [], latency }: SandboxCommandOptions): readonly SandboxFault[] {
  return latency === undefined ? fault : [{ kind: 'delay', ms: latency }, ...fault];
}

async function announce(context: CliContext, options: SandboxCommandOptions, onOffice: OnOfficeSandbox, onlyOffice: OnlyOfficeSandbox): Promise<void> {
  const { demoApiKeys, demoUsers } = await import('@filesource/sandbox');
  const { out } = context;
  const { generation, writeConfig } = options;
  const config = demoConfig({ generation, onOffice, onlyOffice, apiKey: demoApiKeys[0].key, user: demoUsers[0] });
  if (writeConfig !== undefined) await writeDemoConfig(context.path(writeConfig), config);
  const refs = demoRefs();
  if (options.json === true) {
    await out.line(
      jsonLine({
        type: 'ready',
        generation,
        onOffice: { apiUrl: onOffice.apiUrl, fileHost: onOffice.fileHost },
        onlyOffice: { baseUrl: onlyOffice.baseUrl, storageUrl: onlyOffice.storageUrl ?? null },
        configFile: writeConfig === undefined ? null : context.path(writeConfig),
        config,
        refs: refs.map(([ref]) => ref),
      }),
    );
    return;
  }
  await out.line(out.style('bold', 'The sandbox runs. Everything in it is made up, credentials included.'));
  await out.line(`  onOffice             ${onOffice.apiUrl}`);
  await out.line(`  onOffice links       ${onOffice.fileHost}`);
  await out.line(`  ONLYOFFICE ${generation.padEnd(10)}${onlyOffice.baseUrl}`);
  await out.line();
  await out.line(writeConfig === undefined ? 'A config for it (or let --write-config FILE write it):' : `The config, written to ${writeConfig}:`);
  await out.line();
  await out.line(config.trimEnd().replace(/^/gm, '    '));
  await out.line();
  await out.line('To try, in another terminal:');
  const flag = writeConfig === undefined || writeConfig === 'filesource.yaml' ? '' : ` --config ${writeConfig}`;
  await out.line(`  filesource${flag} sources`);
  for (const [ref, what] of refs) await out.line(`  filesource${flag} list ${ref.padEnd(20)} # ${what}`);
  await out.line(`  filesource${flag} pull contacts:1237 appointments:247 documents:@my --to files`);
  await out.line(`  filesource${flag} archive documents:101 --to contracts.zip`);
  await out.line();
  await out.line('Or without filesource:');
  await out.line(`  ${curlLine(generation, onlyOffice.baseUrl, demoApiKeys[0].key, demoUsers[0])}`);
  await out.line();
  await out.line('Ctrl-C stops it.');
}

function curlLine(generation: 'docspace' | 'workspace', baseUrl: string, apiKey: string, { userName, password }: (typeof demoUsers)[0]): string {
  if (generation === 'docspace') return `curl -H 'Authorization: Bearer ${apiKey}' ${baseUrl}/api/2.0/files/@my`;
  return `curl -H 'Content-Type: application/json' -d '${JSON.stringify({ userName, password })}' ${baseUrl}/api/2.0/authentication.json`;
}

function portTaken(error: NodeJS.ErrnoException & { readonly port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new FileSourceError('conflict', `port ${error.port ?? ''} is in use`, { advice: 'Name another with --port, or leave it out to get free ones.', cause: error });
}
