import mime from 'mime';

/** The media type that a file name suggests, for vendors that tell none; `null` when the ending says nothing. */
export function mediaTypeOf(name: string): string | null {
  return mime.getType(name);
}
