import { afterEach, expect, it } from '@jest/globals';
import { Announcer } from '../../src/page/client/view/announcer.ts';

const globals = globalThis as { document?: unknown };
const before = globals.document;
afterEach(() => {
  globals.document = before;
});

/** What stood in the live region, one after the other: a screen reader hears nothing else of it. */
function heard(): string[] {
  const texts: string[] = [];
  const region = {
    setAttribute: () => undefined,
    append: () => undefined,
    set textContent(text: string) {
      texts.push(text);
    },
  };
  globals.document = { createElement: () => region };
  return texts;
}

it('says news that come at once one after the other, each by itself and none over another', async () => {
  const texts = heard();
  const announcer = new Announcer();
  announcer.say('Starting');
  announcer.say('Half of it is there');
  announcer.say('Complete');
  announcer.say('Complete');
  while (texts.length < 8) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(texts).toEqual(['', 'Starting', '', 'Half of it is there', '', 'Complete', '', 'Complete']);
});
