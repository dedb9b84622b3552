import type { Node } from 'node-red';
import type { Logger } from '@filesource/core';

/** What the sources tell, in the log of their config node; it was redacted before. */
export function nodeLogger(node: Node): Logger {
  const write = {
    debug: (text: string) => node.debug(text),
    info: (text: string) => node.log(text),
    warn: (text: string) => node.warn(text),
    error: (text: string) => node.error(text),
  };
  return {
    log(level, event, fields = {}) {
      const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      write[level](`${event}${facts.join('')}`);
    },
  };
}
