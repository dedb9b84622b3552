/** Bodies up to this are read to their end before they are handed over: as a stream, a small one would cost more than its bytes. */
export const mostWholeBytes = 256 * 1024;
/** One that comes more slowly is handed over as it comes, so that whoever waits for its bytes sees them. */
export const wholePatienceMs = 250;
