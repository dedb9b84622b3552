import { toFileSourceError } from '@filesource/core';
import type { ICredentialsDecrypted, ICredentialTestFunctions, INodeCredentialTestResult } from 'n8n-workflow';
import { credentialTestRequest } from '../http/n8n-request.ts';
import { withSource } from '../open-source.ts';
import { nodeProviders } from '../providers.ts';

/** An id that vendors take for one, and that nothing has: to be told so proves that the credential was taken. */
const nowhere = '2147483647';

/**
 * A harmless call with a credential: asks for a folder that is not there.
 * - OK when the vendor answers that it knows none, or that this user may not see it; both come after the credential was checked.
 */
export async function testCredential({ helpers, logger }: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
  const provider = nodeProviders.find((candidate) => candidate.credential.name === credential.type);
  if (provider === undefined) return { status: 'Error', message: `This package has no credential ${credential.type}` };
  const host = { request: credentialTestRequest(helpers), logger };
  try {
    await withSource(provider, credential.data ?? {}, host, (source) => source.stat({ folder: nowhere }));
  } catch (thrown) {
    const error = toFileSourceError(thrown);
    if (error.kind !== 'not-found' && error.kind !== 'permission-denied') return { status: 'Error', message: error.describe() };
  }
  return { status: 'OK', message: 'Connection successful' };
}
