import { demoApiKeys, demoUsers, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoConfig, writeDemoConfig } from '../../src/demo-config.ts';
import type { ExitCode } from '../../src/exit-codes.ts';
import { runCli, type CliIo } from '../../src/index.ts';
import { Capture } from './capture.ts';

interface Ran {
  readonly code: ExitCode;
  readonly out: Capture;
  readonly err: Capture;
}

export interface Sandboxes {
  readonly directory: string;
  readonly onOffice: OnOfficeSandbox;
  readonly onlyOffice: OnlyOfficeSandbox;
  /** Everything that no output may ever hold. */
  readonly secrets: readonly string[];
  readonly run: (argv: readonly string[], io?: Partial<CliIo>) => Promise<Ran>;
  close(): Promise<void>;
}

/** Both vendors' servers, and a directory with a config for them, as `filesource sandbox` makes it. */
export async function startSandboxes(generation: 'docspace' | 'workspace'): Promise<Sandboxes> {
  const directory = await mkdtemp(join(tmpdir(), 'filesource-cli-'));
  const onOffice = await startOnOfficeSandbox();
  const onlyOffice = await startOnlyOfficeSandbox({ generation, operationDurationMs: 50 });
  const user = demoUsers[0];
  const apiKey = demoApiKeys[0].key;
  await writeDemoConfig(join(directory, 'filesource.yaml'), demoConfig({ generation, onOffice, onlyOffice, apiKey, user }));
  return {
    directory,
    onOffice,
    onlyOffice,
    secrets: [onOffice.token, onOffice.secret, apiKey, user.password],
    run: async (argv, io = {}) => {
      const [out, err] = [new Capture(), new Capture()];
      const code = await runCli({ argv, stdout: out, stderr: err, env: {}, cwd: directory, ...io });
      return { code, out, err };
    },
    close: async () => {
      await Promise.all([onOffice.close(), onlyOffice.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
