// The pages of a large folder as each vendor sends them, as bytes that lie in memory.

const pageSize = 100;
/** The most that ONLYOFFICE gives at once, by its generation. */
const onlyofficePages = { docspace: pageSize, workspace: 1000 };
/** Longer than any identifier. */
const mark = 'IDENTIFIER-OF-THE-ACTION';

/**
 * Of a vendor (`docspace`, `workspace` or `onoffice`): `config` and `folder` of a source, `pages` with all rows in answers of a hundred each, of `workspace` of a thousand, `answer({ url, body })` for a request,
 * and `requests`, those that a listing of ours makes.
 * - `templates` are answers of the sandboxes with one entry each.
 */
export function folderPages(vendor, templates, count) {
  return vendor === 'onoffice' ? onoffice(templates.onoffice, count) : onlyoffice(templates.onlyoffice, count, vendor);
}

function onlyoffice({ response, ...envelope }, count, generation) {
  const size = onlyofficePages[generation];
  const [file] = response.files;
  const pageOf = (start, length) => {
    const files = Array.from({ length }, (_, index) => ({ ...file, id: start + index + 1, title: `Vertrag über die Wohnung ${start + index + 1}.docx` }));
    return Buffer.from(JSON.stringify({ ...envelope, response: { ...response, files, startIndex: start, count: length, total: count } }));
  };
  const { pages, pageAt } = cut(pageOf, count, size);
  return {
    config: (origin) => ({ provider: 'onlyoffice', baseUrl: origin, apiKey: 'sk-bench', generation }),
    folder: '1',
    pages,
    requests: pages.map((_, page) => ({ method: 'GET', path: `/api/2.0/files/1?count=${size}&startIndex=${page * size}`, headers: { accept: 'application/json', authorization: 'Bearer sk-bench' } })),
    answer: ({ url }) => pageAt(Number(/startIndex=(\d+)/.exec(url)[1])),
  };
}

function onoffice(template, count) {
  const [result] = template.response.results;
  const [record] = result.data.records;
  const resultOf = (start, length) => {
    const records = Array.from({ length }, (_, index) => ({ ...record, id: start + index + 1, elements: { ...record.elements, filename: `Grundriss der Wohnung ${start + index + 1}.pdf` } }));
    return Buffer.from(JSON.stringify({ ...result, identifier: mark, data: { meta: { cntabsolute: count }, records } }));
  };
  const [head, tail] = JSON.stringify({ ...template, response: { results: [mark] } }).split(`"${mark}"`).map((text) => Buffer.from(text));
  const { pages, pageAt } = cut(resultOf, count);
  const answerAt = (offsets) => new Answer(head, offsets.map(pageAt), tail);
  const known = new Map(offsetsOf(count).map((offsets) => [offsets.join(), answerAt(offsets)]));
  return {
    config: (origin) => ({ provider: 'onoffice-appointment', apiUrl: `${origin}/api/stable/api.php`, token: 't'.repeat(32), secret: 's'.repeat(64) }),
    folder: '1',
    pages: pages.map((page) => Buffer.concat([head, page, tail])),
    requests: offsetsOf(count).map((offsets) => ({ method: 'POST', path: '/api/stable/api.php', headers: { accept: 'application/json', 'content-type': 'application/json' }, body: bodyOf(offsets) })),
    // The rows stay as they are; each result has the identifier of its action.
    answer: ({ body }) => {
      const actions = [...body.matchAll(/"identifier":"([^"]+)".*?"listoffset":(\d+)/g)];
      const offsets = actions.map(([, , offset]) => Number(offset));
      return (known.get(offsets.join()) ?? answerAt(offsets)).to(actions.map(([, identifier]) => identifier));
    },
  };
}

/** An answer that is made once; for each request only the identifiers are written into it, over the last ones. */
class Answer {
  /** @readonly */
  #bytes;
  /** @readonly */
  #places = [];

  constructor(head, results, tail) {
    const comma = Buffer.from(',');
    this.#bytes = Buffer.concat([head, ...results.flatMap((result, index) => (index === 0 ? [result] : [comma, result])), tail]);
    for (let at = this.#bytes.indexOf(`"${mark}"`); at !== -1; at = this.#bytes.indexOf(`"${mark}"`, at + mark.length)) this.#places.push(at);
  }

  /** The space behind a text is no part of it. */
  to(identifiers) {
    for (const [index, at] of this.#places.entries()) this.#bytes.write(`"${identifiers[index]}"`.padEnd(mark.length + 2), at);
    return this.#bytes;
  }
}

/** The first page, then five at a time; a last one that is full is followed by a look past the end. */
function offsetsOf(count) {
  const requests = [[0]];
  for (let first = pageSize; first < count; first += 5 * pageSize) requests.push([0, 1, 2, 3, 4].map((page) => first + page * pageSize).filter((offset) => offset < count));
  return count % pageSize === 0 ? [...requests, [count]] : requests;
}

function bodyOf(offsets) {
  const actions = offsets.map((offset) => ({
    actionid: 'urn:onoffice-de-ns:smart:2.5:smartml:action:get',
    resourceid: 'appointment',
    resourcetype: 'file',
    identifier: `fs-${offset}`,
    timestamp: 1_780_000_000,
    hmac: 'h'.repeat(44),
    hmac_version: '2',
    parameters: { appointmentid: 1, listlimit: pageSize, listoffset: offset },
  }));
  return JSON.stringify({ token: 't'.repeat(32), request: { actions } });
}

function cut(pageOf, count, size = pageSize) {
  const pages = Array.from({ length: Math.ceil(count / size) }, (_, page) => pageOf(page * size, Math.min(size, count - page * size)));
  const pastTheEnd = pageOf(count, 0);
  return { pages, pageAt: (start) => pages[start / size] ?? pastTheEnd };
}
