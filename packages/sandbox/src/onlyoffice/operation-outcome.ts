import type { User } from './model.ts';
import type { DownloadOperation, Outcome } from './operation.ts';
import type { Portal } from './portal.ts';
import { produceResult } from './result.ts';
import { reachable } from './selection.ts';
import { messages } from './vendor-error.ts';

/** Packs what can be packed at this moment, stores it and says how the download ended. */
export function concludeDownload(portal: Portal, user: User | undefined, operation: DownloadOperation): Outcome {
  const { quirks, temp, settings } = portal;
  const { selection } = operation;
  const docSpace = settings.generation === 'docspace';
  if (quirks.neverFinished) return { error: messages.noPermissionToOperate, finished: false, status: 2 };
  if (quirks.failWithoutError || (docSpace && selection.repeated)) return { error: docSpace ? '' : undefined, finished: false, status: 4 };
  // A DocSpace job that fails on rights leaves by a door that forgets to set `finished`.
  if (quirks.permissionLost) return { error: messages.noPermissionToOperate, finished: !docSpace, status: 2 };
  const { found, message } = reachable(portal, user, selection);
  if (!found) return docSpace ? { error: messages.noPermissionToOperate, finished: false, status: 2 } : { error: message, finished: true, status: 2 };
  const { name, errors, make } = produceResult(portal, user, selection);
  temp.put(operation.owner, name, make);
  return { error: docSpace ? errors.join('') : errors.at(-1), finished: true, name, status: 2 };
}
