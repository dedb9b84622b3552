export const ACTION_PREFIX = 'urn:onoffice-de-ns:smart:2.5:smartml:action:';

export interface Action {
  readonly actionid: string;
  readonly resourceid: string;
  readonly resourcetype: string;
  readonly identifier: string;
  readonly timestamp: unknown;
  readonly hmac: unknown;
  readonly hmacVersion: unknown;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** An action as the server understands it: texts may be numbers or null, and PHP's empty `parameters` is an array. */
export function readAction(raw: unknown): Action {
  const fields = isRecord(raw) ? raw : {};
  const parameters = fields['parameters'];
  return {
    actionid: text(fields['actionid']),
    resourceid: text(fields['resourceid']),
    resourcetype: text(fields['resourcetype']),
    identifier: text(fields['identifier']),
    timestamp: fields['timestamp'],
    hmac: fields['hmac'],
    hmacVersion: fields['hmac_version'],
    parameters: isRecord(parameters) ? parameters : {},
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}
