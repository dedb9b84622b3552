/** A connection that ended before there was an answer, as Node would say it. */
export function connectionClosed(): Error {
  return Object.assign(new Error('the connection ended before an answer came'), { code: 'ECONNRESET' });
}
