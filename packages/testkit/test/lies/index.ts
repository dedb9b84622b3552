import { archiveLies } from './archive-lies.ts';
import { bodyLies } from './body-lies.ts';
import { factLies } from './fact-lies.ts';
import type { Lie } from './lie.ts';
import { listingLies } from './listing-lies.ts';

export { lyingSecret } from './lie.ts';

export const lies: readonly Lie[] = [...listingLies, ...factLies, ...bodyLies, ...archiveLies];
