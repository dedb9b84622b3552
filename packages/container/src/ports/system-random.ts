import type { Random } from '@filesource/core';

export const systemRandom: Random = { next: () => Math.random() };
