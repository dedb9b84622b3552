import { failureFinding, okFinding, skippedFinding, type FileSourceError, type Finding } from '@filesource/core';
import type { OnlyOfficeClient } from './client.ts';
import type { Checks } from './diagnose.ts';
import { fetchedUrl } from './file-handler.ts';
import { apiKeySchema, rootSchema, type ContentsDto, type FileDto } from './schemas.ts';

const readAdvice = 'Give the key the scope files:read, and files:write too for archives; or check the rights of the user.';

/** The sections of the user, with the files that lie directly in them. */
export async function sectionsOf(client: OnlyOfficeClient, signal: AbortSignal): Promise<readonly ContentsDto[]> {
  const { value } = await client.call({ method: 'GET', path: 'api/2.0/files/@root', schema: rootSchema }, signal);
  return value ?? [];
}

/**
 * What the key may do: `files:read` for everything, `files:write` for archives, which the vendor counts as writing.
 * - Only DocSpace has keys, and not every version of it tells their scopes; whether files can be read is tried in any case.
 */
export async function scopesFinding({ client, config, attempt }: Checks, readError: FileSourceError | undefined): Promise<Finding> {
  if (readError !== undefined) return failureFinding('scopes', 'the files cannot be read', readError, readAdvice);
  if (config.apiKey === undefined) return okFinding('scopes', 'the files can be read; a login has all rights of its user');
  const told = await attempt((until) => client.call({ method: 'GET', path: 'api/2.0/keys/@self', schema: apiKeySchema }, until));
  if (told.value === undefined) return skippedFinding('scopes', 'the files can be read; whether archives can be made is not told', 'Look at the key in the settings of the portal: archives need files:write.');
  const permissions = told.value.value.permissions ?? [];
  const canWrite = permissions.length === 0 || ['*', '*:write', 'files:write'].some((scope) => permissions.includes(scope));
  if (canWrite) return okFinding('scopes', `the key may read files and make archives${permissions.length === 0 ? '' : ` (${permissions.join(', ')})`}`);
  return { check: 'scopes', status: 'warning', message: `the key may read files (${permissions.join(', ')}) but make no archives`, advice: 'Give the key the scope files:write if archives are to be made.' };
}

/** Follows the link of one file, and reads nothing of it; of an empty one the portal refuses any range. */
export async function hostsFinding({ client, attempt }: Checks, sections: readonly ContentsDto[]): Promise<Finding> {
  const files = sections.flatMap((section): readonly FileDto[] => section.files ?? []).filter(({ viewUrl }) => typeof viewUrl === 'string' && URL.canParse(viewUrl, client.portal.href));
  const full = files.find(({ pureContentLength }) => (pureContentLength ?? 0) > 0);
  const viewUrl = (full ?? files[0])?.viewUrl;
  if (viewUrl === undefined || viewUrl === null) return skippedFinding('hosts', 'there is no file at hand whose link could be followed', 'Name a folder that has files, as in source:ID.');
  const followed = await attempt(async (until) => {
    const response = await client.fetch(fetchedUrl(viewUrl, client.portal), full === undefined ? {} : { range: 'bytes=0-0' }, until);
    response.body.on('error', () => undefined);
    response.body.destroy();
    return { host: new URL(response.url).host, status: response.status };
  });
  if (followed.error !== undefined) return failureFinding('hosts', 'the link of a file cannot be followed', followed.error, 'Name the host that the files are kept on in allowHosts of the source.');
  const { host, status } = followed.value ?? { host: '', status: 0 };
  if (status < 400) return okFinding('hosts', `links of files lead to ${host}, which is allowed`);
  return { check: 'hosts', status: 'warning', message: `links of files lead to ${host}, which is allowed and answers with HTTP status ${status}`, advice: 'Name a folder that has files, as in source:ID, to see whether one can be opened.' };
}
