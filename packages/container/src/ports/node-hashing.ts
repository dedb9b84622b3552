import { createHash, createHmac } from 'node:crypto';
import type { Hashing } from '@filesource/core';

export const nodeHashing: Hashing = {
  hmacSha256Base64: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest('base64'),
  sha256() {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  },
  isNodes: true,
};
