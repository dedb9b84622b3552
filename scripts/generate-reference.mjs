// Writes docs/reference.md; run it after a change of an adapter's settings or capabilities: npm run docs:reference
import { writeFile } from 'node:fs/promises';
import { createFileSources, describeProviders } from '../packages/container/dist/index.js';
import { capabilityNames, errorKinds, FileSourceError } from '../core/dist/index.js';
import { onlyoffice } from '../adapters/onlyoffice/dist/index.js';
import { onoffice } from '../adapters/onoffice/dist/index.js';
import { referenceText } from './reference.mjs';

const text = await referenceText({ adapters: [onoffice, onlyoffice], describeProviders, createFileSources, FileSourceError, errorKinds, capabilityNames });
await writeFile(new URL('../docs/reference.md', import.meta.url), text);
