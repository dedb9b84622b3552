import { describe, expect, test } from '@jest/globals';
import { createGenerationDetector, generationOf, type Evidence } from '../src/generation.ts';

function answer(json: unknown, more: Evidence = {}): Evidence {
  return { json, text: JSON.stringify(json), ...more };
}

describe('generation', () => {
  test.each<[string, Evidence, string | undefined]>([
    ['links in the envelope', answer({ response: [], links: [] }), 'docspace'],
    ['a capital in the operation', answer({ response: [{ Operation: 3 }] }), 'docspace'],
    ['the handler at the root', answer({ response: { viewUrl: 'https://x/filehandler.ashx?action=download' } }), 'docspace'],
    ['the header of its server', { headers: { 'server-timing': 'aspnetcore-request-time;dur=3ms' } }, 'docspace'],
    ['a login answered with 200', answer({ response: {} }, { postStatus: 200 }), 'docspace'],
    ['a login answered with 201', answer({ response: {} }, { postStatus: 201 }), 'workspace'],
    ['the handler below its product', answer({ response: { viewUrl: 'https://x/Products/Files/HttpHandlers/filehandler.ashx' } }), 'workspace'],
    ['escaped slashes', { json: {}, text: String.raw`{"viewUrl":"https:\/\/x\/Products\/Files\/HttpHandlers\/filehandler.ashx"}` }, 'workspace'],
    ['its text for 401', { text: 'Unauthorized' }, 'workspace'],
    ['nothing that tells', answer({ response: { id: 1 } }), undefined],
    ['a page', { text: '<html>' }, undefined],
  ])('%s', (_name, evidence, generation) => {
    expect(generationOf(evidence)).toBe(generation);
  });

  test('the first evidence stays, and none changes what is configured', () => {
    const detector = createGenerationDetector('auto');
    expect(detector.current()).toBeUndefined();
    detector.observe(answer({ links: [] }));
    detector.observe({ text: 'Unauthorized' });
    expect(detector.current()).toBe('docspace');
    const configured = createGenerationDetector('workspace');
    configured.observe(answer({ links: [] }));
    expect(configured.current()).toBe('workspace');
  });
});
