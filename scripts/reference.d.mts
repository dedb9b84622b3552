import type { AdapterDescriptor, capabilityNames, errorKinds, FileSourceError } from '@filesource/core';
import type { createFileSources, describeProviders } from '@filesource/container';

export interface ReferenceParts {
  readonly adapters: readonly AdapterDescriptor[];
  readonly describeProviders: typeof describeProviders;
  readonly createFileSources: typeof createFileSources;
  readonly FileSourceError: typeof FileSourceError;
  readonly errorKinds: typeof errorKinds;
  readonly capabilityNames: typeof capabilityNames;
}

export function referenceText(parts: ReferenceParts): Promise<string>;
