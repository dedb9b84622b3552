import type { NodeMessage } from 'node-red';

export interface Message extends NodeMessage {
  /** True: nothing is done, and what the node is doing is aborted. */
  cancel?: unknown;
  folder?: unknown;
  ref?: unknown;
  refs?: unknown;
  cursor?: unknown;
  token?: unknown;
  directory?: unknown;
  filename?: unknown;
}
