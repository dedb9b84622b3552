import type { Node, NodeAPI } from 'node-red';
import { toFileSourceError } from '@filesource/core';
import { addFormsEndpoint } from '../source/forms-endpoint.ts';
import { nodeLogger } from '../source/node-logger.ts';
import { openSource, type OpenSource } from '../source/open-source.ts';
import { Providers } from '../source/providers.ts';
import { packageNames, type FileSourceDef } from '../source/source-def.ts';

type Credentials = Record<string, string>;

/** A config node, as the nodes that use it see it. */
export interface SourceNode extends Node<Credentials> {
  /** Opened at first use and shared; closed with the node. Throws `config-invalid`. */
  open(): Promise<OpenSource>;
}

/** The config node: one source. */
export async function registerSource(RED: NodeAPI): Promise<void> {
  const directory = RED.settings.userDir ?? process.cwd();
  const providers = new Providers(directory);
  await providers.forms([]);
  addFormsEndpoint(RED, providers);

  function FileSourceNode(this: SourceNode, def: FileSourceDef): void {
    RED.nodes.createNode(this, def);
    const logger = nodeLogger(this);
    // Node-RED stores only the secrets that it was told of.
    providers.forms(packageNames(def.adapters)).catch((error: unknown) => this.warn(toFileSourceError(error).describe()));
    let opened: Promise<OpenSource> | undefined;
    this.open = () => {
      opened ??= openSource({ def, credentials: this.credentials, directory, logger }).catch((error: unknown) => {
        // A config file may be there the next time.
        opened = undefined;
        throw error;
      });
      return opened;
    };
    this.on('close', (done: () => void) => {
      const last = opened;
      opened = undefined;
      void closed(last).finally(done);
    });
  }
  RED.nodes.registerType<SourceNode, FileSourceDef, object, Credentials>('filesource-source', FileSourceNode, { credentials: providers.credentials });
}

async function closed(opened: Promise<OpenSource> | undefined): Promise<void> {
  const open = await opened?.catch(() => undefined);
  await open?.sources.close().catch(() => undefined);
}
