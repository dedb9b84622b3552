import type { GatewaySettings } from '@filesource/gateway';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine } from '../render/safe-text.ts';

export interface ServeCommandOptions {
  readonly port?: number;
  readonly host?: string;
  readonly json?: boolean;
}

/** Serves until the signal fires, which is its regular end; what is being answered then comes to its end. */
export async function serveGateway(context: CliContext, options: ServeCommandOptions): Promise<ExitCode> {
  const [{ serve }, { Redactor }] = await Promise.all([import('@filesource/gateway'), import('@filesource/core')]);
  const redactor = new Redactor();
  const settings = await settingsOf(context, options);
  const logger = await context.logger('warn');
  const gateway = await serve({ sources: await context.sources(redactor), settings, redactor, ...(logger === undefined ? {} : { logger }) });
  try {
    const { url, token } = gateway;
    if (options.json === true) await context.out.line(jsonLine({ url, ...(token === undefined ? {} : { token }) }));
    else await context.out.line(token === undefined ? `${settings.publicUrl ?? url}/` : `${url}/#token=${token}`);
    if (options.json !== true) context.err.tell(context.err.style('dim', token === undefined ? '  serving; Ctrl-C stops it' : '  serving, with a token for this run only; Ctrl-C stops it'));
    if (!context.signal.aborted) await once(context.signal, 'abort');
    if (options.json !== true) context.err.tell('filesource: stopping when transfers have ended; Ctrl-C once more stops at once');
  } finally {
    await gateway.close();
  }
  return exitCodes.done;
}

/** The section of the config, and what the command line says in its place. */
async function settingsOf(context: CliContext, { port, host }: ServeCommandOptions): Promise<GatewaySettings> {
  const [{ loadConfig }, { gatewaySchema }, config] = await Promise.all([import('@filesource/container'), import('@filesource/gateway'), context.configPath()]);
  const { sections } = await loadConfig({ config, adapters: await context.adapters(), env: context.io.env, sections: context.sections });
  const settings = (sections['gateway'] as GatewaySettings | undefined) ?? gatewaySchema.parse({});
  const { spoolDirectory } = settings;
  return {
    ...settings,
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(spoolDirectory === undefined ? {} : { spoolDirectory: resolve(dirname(config), spoolDirectory) }),
  };
}
