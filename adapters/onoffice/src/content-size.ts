const mebibyte = 1024 * 1024;

/** Most bytes that the content of a file takes in JSON: base64 makes it a third longer, line breaks a little, and PHP writes each `/` as `\/`, which at worst doubles that. */
export function contentTextBytes(fileBytes: number): number {
  return Math.ceil((fileBytes * 8 * 1.06) / 3);
}

/** The longest answer that can hold a file. */
export function maxAnswerBytes(fileBytes: number): number {
  return contentTextBytes(fileBytes) + mebibyte;
}
