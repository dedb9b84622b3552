import type { ErrorKind } from '@filesource/core';
import type { KindText } from './en.ts';

const later = 'Try again in a few minutes.';
const operator = 'Tell whoever runs the gateway.';

export const enKinds: Record<ErrorKind, KindText> = {
  'not-found': { title: 'Not found', advice: 'Check the id, or go back and open the folder again.' },
  'permission-denied': { title: 'Not allowed', advice: `The account of this source may not read it. ${operator}` },
  unauthenticated: { title: 'Sign-in refused', advice: `Sign in again. If it is the vendor who refuses, ${operator.toLowerCase()}` },
  'rate-limited': { title: 'Too many requests', advice: later },
  'quota-exceeded': { title: 'Quota used up', advice: operator },
  'link-expired': { title: 'Link run out', advice: 'Try again; a new link is made.' },
  'host-refused': { title: 'Host refused', advice: `The vendor led to a host that the gateway does not trust. ${operator}` },
  conflict: { title: 'Not possible now', advice: 'Something else is going on with it. Wait until that has ended, then try again.' },
  truncated: { title: 'Broken off', advice: 'The vendor sent less than announced. Try again.' },
  corrupt: { title: 'Damaged', advice: `What the vendor sent is damaged. Try again; if it stays so, ${operator.toLowerCase()}` },
  'too-large': { title: 'Too large', advice: 'It is above a limit of the source. See what this source can do.' },
  'range-not-satisfiable': { title: 'Not that long', advice: 'The file has changed. Load it again from the start.' },
  unsupported: { title: 'Not supported', advice: 'This source cannot do that. See what this source can do.' },
  'invalid-argument': { title: 'Not understood', advice: 'Check what you entered.' },
  'config-invalid': { title: 'Set up wrongly', advice: operator },
  'vendor-protocol': { title: 'Unexpected answer of the vendor', advice: operator },
  'vendor-failure': { title: 'Trouble at the vendor', advice: later },
  network: { title: 'No connection', advice: 'Check your connection, then try again.' },
  timeout: { title: 'Took too long', advice: later },
  aborted: { title: 'Stopped', advice: 'Start it again if you still need it.' },
  'target-failed': { title: 'Could not be stored', advice: `The gateway could not write it down. ${operator}` },
  unexpected: { title: 'Something went wrong', advice: `Try again; if it stays so, ${operator.toLowerCase()}` },
};
