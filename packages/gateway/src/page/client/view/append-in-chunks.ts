const chunk = 250;

/** Appends many elements without keeping the page from answering: the first ones at once, then some whenever the browser is free. */
export function appendInChunks<Item>(parent: Element, items: readonly Item[], make: (item: Item) => Node, signal: AbortSignal, start = 0): void {
  if (signal.aborted || start >= items.length) return;
  parent.append(...items.slice(start, start + chunk).map(make));
  if (start + chunk < items.length) setTimeout(() => appendInChunks(parent, items, make, signal, start + chunk));
}
