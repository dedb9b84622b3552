import type { Action } from './action.ts';
import { ActionError } from './action-error.ts';
import type { ResultData } from './envelope.ts';
import { emptyData, listFiles, nothingFound, oneFile, sizeElement } from './file-list.ts';
import { fileIdOf, integer, refuseUnknown } from './parameters.ts';
import type { StoredFile } from './store.ts';
import type { World } from './world.ts';

/** `get` / `file` / `appointment`: files with a link that lives for one hour, never with content. */
export function appointmentFiles(action: Action, world: World): ResultData {
  const { parameters } = action;
  const { quirks, store, links } = world;
  refuseUnknown(parameters, ['appointmentid', 'fileid', 'fileId', 'listlimit', 'listoffset'], quirks);
  const appointmentId = integer(parameters, 'appointmentid', 121);
  if (appointmentId === undefined) throw new ActionError(117);
  const fileId = quirks.appointmentFileIdSupported ? fileIdOf(parameters, quirks.appointmentFileIdCasing) : undefined;
  if (store.appointments.files(appointmentId) === undefined) return nothingFound(quirks.unknownAppointment, quirks);
  const elements = (file: StoredFile): Readonly<Record<string, unknown>> => ({
    username: file.username,
    filename: file.document.name,
    ...sizeElement(file, quirks.fileSizeAsString !== 'never', quirks),
    url: links.toAppointmentFile(appointmentId, file.id),
  });
  if (fileId === undefined) return listFiles(action, store.appointments, appointmentId, world, elements);
  const file = store.appointments.file(appointmentId, fileId);
  return file === undefined ? emptyData(quirks) : oneFile(file, elements(file), quirks);
}
