import type { AllowedDirectory, Place } from '../allowed-directory.ts';

export interface WantedPlaces {
  readonly to: string;
  readonly extract: boolean;
  readonly overwrite: boolean;
  readonly receipt?: string | undefined;
}

/** The place of an archive, and of its receipt: both or none. */
export async function reservePlaces(directory: AllowedDirectory, { to, extract, overwrite, receipt }: WantedPlaces): Promise<{ readonly place: Place; readonly receiptPlace?: Place }> {
  const place = await directory.reserve(to, { kind: extract ? 'directory' : 'file', overwrite });
  if (receipt === undefined) return { place };
  try {
    return { place, receiptPlace: await directory.reserve(receipt, { kind: 'file', overwrite }) };
  } catch (error) {
    place.release();
    throw error;
  }
}
