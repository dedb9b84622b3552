import { NodeConnectionTypes, type ICredentialsDecrypted, type ICredentialTestFunctions, type INodeCredentialTestResult, type INodeExecutionData, type INodeType, type INodeTypeDescription, type IPollFunctions } from 'n8n-workflow';
import { testCredential } from '../../src/credentials/test-credential.ts';
import { poll } from '../../src/poll.ts';
import { folderProperty } from '../../src/properties/parameters.ts';
import { providerCredentials, providerProperty } from '../../src/properties/provider.ts';

export class FileSourceTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'FileSource Trigger',
    name: 'fileSourceTrigger',
    icon: { light: 'file:../FileSource/filesource.svg', dark: 'file:../FileSource/filesource.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{ $parameter["ref"] }}',
    description: 'Starts the workflow when there are new files in a folder',
    defaults: { name: 'FileSource Trigger' },
    polling: true,
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: providerCredentials,
    properties: [
      providerProperty,
      folderProperty,
      {
        displayName: 'Most Files to Remember',
        name: 'most',
        type: 'number',
        typeOptions: { minValue: 1, maxValue: 100_000 },
        default: 20_000,
        description: 'How many files the folder may have; each takes 12 bytes of the workflow\'s static data',
      },
    ],
  };

  methods = {
    credentialTest: {
      async testFileSource(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
        return testCredential(this, credential);
      },
    },
  };

  async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
    return poll(this);
  }
}
