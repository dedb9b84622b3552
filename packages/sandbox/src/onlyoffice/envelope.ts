export interface AnswerContext {
  readonly method: string;
  /** As the client asked, for `links`. */
  readonly href: string;
  readonly linksInEnvelope: boolean;
  /** DocSpace counts an operation list, which it streams, as one thing. */
  readonly streamed: boolean;
  /** The query parameter `fields`. */
  readonly fields?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** How a generation wraps what its API answers. */
export interface Envelope {
  success(value: unknown, context: AnswerContext): Answer;
  failure(error: Error, context: AnswerContext): Answer;
}

export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}

/** Keeps the named members (`a,b.c`) of an object or of every object in a list. */
export function pickFields(value: unknown, fields: string): unknown {
  if (Array.isArray(value)) return value.map((item) => pickFields(item, fields));
  if (typeof value !== 'object' || value === null) return value;
  const wanted = fields.split(',').map((field) => field.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const name = key.toLowerCase();
      if (wanted.includes(name)) return [[key, member as unknown]];
      const nested = wanted.filter((field) => field.startsWith(`${name}.`)).map((field) => field.slice(name.length + 1));
      return nested.length === 0 ? [] : [[key, pickFields(member, nested.join(','))]];
    }),
  );
}
