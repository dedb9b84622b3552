const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

/** Whether a name is that of a proxy which the environment names now. */
export function isEnvironmentProxy(hostname: string): boolean {
  return variables.some((name) => [name, name.toLowerCase()].some((written) => nameIn(process.env[written]) === hostname.toLowerCase()));
}

/** A proxy may be written without its protocol. */
function nameIn(text = ''): string | undefined {
  const url = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : undefined;
}
