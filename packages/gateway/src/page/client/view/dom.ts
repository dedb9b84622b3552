export type Child = Node | string | null | undefined | false;

interface Settings {
  readonly [attribute: string]: string | number | boolean | undefined;
}

/** An element with attributes and content; every text becomes a text node, so nothing that a vendor writes is read as HTML. */
export function el<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, settings: Settings = {}, ...children: readonly Child[]): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that is no submit button. */
export function button(label: string, onClick: () => void, settings: Settings = {}): HTMLButtonElement {
  const made = el('button', { type: 'button', ...settings }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** Sets a text only when it is another one, so that a live region does not say the same thing twice. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** An answer of the gateway in its own language, which is English. */
export function inEnglish<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text: string, settings: Settings = {}): HTMLElementTagNameMap[Tag] {
  return el(tag, { lang: 'en', dir: 'auto', ...settings }, text);
}

let lastId = 0;

export function freshId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
