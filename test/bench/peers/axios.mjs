// Plain axios, as packages/http has it and with nothing of ours around it.
import { createRequire } from 'node:module';

export const axios = createRequire(new URL('../../../packages/http/package.json', import.meta.url))('axios');
