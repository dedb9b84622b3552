import { startWorld, type World } from './gateway.ts';

const mib = 1024 * 1024;

/** How long the gateways of these tests wait for a client that takes nothing. */
export const writeIdleTimeoutMs = 2_000;

/** A gateway, and the path of a file that is larger than what sockets hold. */
export async function startWorldOfLargeFile(): Promise<{ readonly world: World; readonly path: string }> {
  const world = await startWorld({ settings: { writeIdleTimeoutMs } });
  const { id } = world.onlyOffice.store.addFile(105, { title: 'large.bin', content: Buffer.alloc(32 * mib, 'x') });
  return { world, path: `/v1/sources/documents/folders/105/files/${id}/content` };
}
