import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';
import { nodeProviders } from '../providers.ts';

/** The choice that decides which credential is asked for. */
export const providerProperty: INodeProperties = {
  displayName: 'Provider',
  name: 'provider',
  type: 'options',
  noDataExpression: true,
  options: nodeProviders.map(({ name, title }) => ({ name: title, value: name })),
  default: nodeProviders[0]?.name ?? '',
  description: 'Where the files are',
};

/** One credential for each provider; `methods.credentialTest` of the node tests them all. */
export const providerCredentials: INodeCredentialDescription[] = nodeProviders.map(({ name, credential }) => ({
  name: credential.name,
  required: true,
  testedBy: 'testFileSource',
  displayOptions: { show: { provider: [name] } },
}));
