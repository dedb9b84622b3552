/** What a model gets to read is bounded everywhere: an answer that fills its context helps nobody. */
export const limits = {
  listEntries: 100,
  mostListEntries: 500,
  /** Pages of a vendor that one call reads, of which some may be empty. */
  mostPages: 50,
  /** Of all entries or rows of one answer as JSON; at least one is given. */
  mostAnswerChars: 200_000,
  textChars: 20_000,
  mostTextChars: 100_000,
  mostResourceBytes: 1024 * 1024,
  receiptRows: 20,
  mostReceiptRows: 200,
  /** Of names, messages and other texts that come from outside. */
  mostNameChars: 500,
  mostMessageChars: 2_000,
  mostRefChars: 4_096,
  mostRefs: 500,
  /** As core makes them. */
  mostTokenChars: 30_000,
  cursors: 256,
  cursorLifetimeMs: 60 * 60_000,
  runningDownloads: 4,
  keptDownloads: 64,
  keptDownloadMs: 60 * 60_000,
  /** How long start_archive waits for the vendor to take the job. */
  startMs: 5_000,
  waitSeconds: 25,
  mostWaitSeconds: 300,
  progressEveryMs: 200,
  sessions: 32,
  sessionIdleMs: 30 * 60_000,
  requestBytes: 1024 * 1024,
  stdioMessageBytes: 4 * 1024 * 1024,
  /** How long calls may still end after the client has closed its side. */
  drainMs: 5_000,
} as const;
