import { NodeConnectionTypes, type ICredentialsDecrypted, type ICredentialTestFunctions, type IExecuteFunctions, type INodeCredentialTestResult, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { testCredential } from '../../src/credentials/test-credential.ts';
import { execute } from '../../src/execute.ts';
import { operationProperties } from '../../src/properties/operations.ts';
import { parameterProperties } from '../../src/properties/parameters.ts';
import { providerCredentials, providerProperty } from '../../src/properties/provider.ts';

export class FileSource implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'FileSource',
    name: 'fileSource',
    icon: { light: 'file:filesource.svg', dark: 'file:filesource.dark.svg' },
    group: ['input'],
    version: 1,
    subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
    description: 'List, download, link and bulk-download files of any source',
    defaults: { name: 'FileSource' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    // n8n passes a node's input on to the first output when the node has waited.
    outputs: '={{ $parameter["resource"] === "archive" ? [{ type: "main", displayName: "Waiting" }, { type: "main", displayName: "Done" }] : [{ type: "main" }] }}',
    credentials: providerCredentials,
    properties: [providerProperty, ...operationProperties, ...parameterProperties],
  };

  methods = {
    credentialTest: {
      async testFileSource(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
        return testCredential(this, credential);
      },
    },
  };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return execute(this);
  }
}
