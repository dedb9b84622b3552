import type { Call, Route } from './call.ts';

const SETTINGS = '/api/2.0/files/settings';

export const settingsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: SETTINGS,
    open: 'docspace',
    handle: ({ portal, user }) => ({ downloadTarGz: portal.preferences.downloadsTarGz(user?.id ?? ''), storeOriginalFiles: true, confirmDelete: true }),
  },
  { method: 'PUT', path: `${SETTINGS}/downloadtargz`, handle: (call) => setTarGz(call) },
];

function setTarGz({ portal, user, body, query }: Call): boolean {
  const given = body['set'] ?? query['set'];
  const set = given === true || given === 'true';
  portal.preferences.setDownloadTarGz(user?.id ?? '', set);
  return set;
}
