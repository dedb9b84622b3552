import { describe, expect, it } from '@jest/globals';
import { mediaTypeOf } from '@filesource/core';
import fc from 'fast-check';
import mime from 'mime';

describe('a media type', () => {
  it('is what the library says, asked for the first time or again, whatever the name', () => {
    const part = fc.oneof(fc.constantFrom('pdf', 'PDF', 'docx', 'jpg', 'tar', 'gz', '.', '/', '\\', '', 'unknown-ending', ' ', '\n'), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.constantFrom('', '.'), (parts, glue) => {
        const name = parts.join(glue);
        expect([mediaTypeOf(name), mediaTypeOf(name)]).toEqual([mime.getType(name), mime.getType(name)]);
      }),
      { numRuns: 500 },
    );
  });
});
