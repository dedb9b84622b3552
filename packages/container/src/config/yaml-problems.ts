import type { YAMLError } from 'yaml';

/** What the parser found, in words that do not quote the text; its own messages do. */
const meanings: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: 'an alias (*name) is malformed',
  BAD_DIRECTIVE: 'directives (%…) are not used here',
  BAD_DQ_ESCAPE: 'a backslash in double quotes starts an unknown escape; use single quotes for a plain backslash',
  BAD_INDENT: 'the indentation is wrong, or a bracket is not closed before this',
  BAD_SCALAR_START: 'a value that starts with this character must be quoted',
  BLOCK_AS_IMPLICIT_KEY: 'the indentation is wrong, or a value with ": " in it must be quoted',
  DUPLICATE_KEY: 'this key comes twice in the same map',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'the indentation is wrong, or a colon is missing',
  MULTIPLE_DOCS: 'a second document starts here; a config is one',
  NON_STRING_KEY: 'a key must be a text',
  RESOURCE_EXHAUSTION: 'the nesting is too deep',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  TAG_RESOLVE_FAILED: 'tags (!name) are not used here',
  UNEXPECTED_TOKEN: 'something stands here that does not fit what is before it',
};

export function yamlProblem(code: YAMLError['code'], format: 'yaml' | 'json'): string {
  if (format === 'json') return code === 'DUPLICATE_KEY' ? 'this key comes twice in the same object' : 'this is not valid JSON; a quote, bracket or comma is missing or too many';
  return `this is not valid YAML: ${meanings[code] ?? code.toLowerCase().replaceAll('_', ' ')}`;
}
