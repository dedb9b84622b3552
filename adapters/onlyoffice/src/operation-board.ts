import { isConsumed } from './operation-state.ts';
import type { OperationDto } from './schemas.ts';

/**
 * What the portal told about operations, whoever asked.
 * - A result is told once: the answer to one archive's question may use up the result of another archive, and Workspace tells
 *   everything in every answer. So every answer is pinned here, and each archive looks here too.
 */
export interface OperationBoard {
  /** Marks an operation as ours from now on. */
  follow(id: string): void;
  isFollowed(id: string): boolean;
  pin(list: readonly OperationDto[]): void;
  /** The end of a followed operation that another answer told. */
  take(id: string): OperationDto | undefined;
  /** Remembers which operation made what a link leads to: the vendor's links are keyed by name and serve the latest. */
  owns(url: string, id: string): void;
  ownerOf(url: string): string | undefined;
}

export function createOperationBoard(): OperationBoard {
  const followed = new Set<string>();
  const ends = new Map<string, OperationDto>();
  const owners = new Map<string, string>();
  return {
    follow: (id) => void followed.add(id),
    isFollowed: (id) => followed.has(id),
    pin: (list) => {
      for (const dto of list) if (followed.has(dto.id) && isConsumed(dto)) ends.set(dto.id, dto);
    },
    take: (id) => {
      const end = ends.get(id);
      ends.delete(id);
      return end;
    },
    owns: (url, id) => void owners.set(url, id),
    ownerOf: (url) => owners.get(url),
  };
}
