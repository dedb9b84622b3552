let next: (() => void)[] = [];
let later: (() => void)[] = [];

/** Runs a function when every socket was looked at once more: in the turn of the event loop after the next one. One timer for all who ask in a turn. */
export function inTwoTurns(run: () => void): void {
  if (later.length + next.length === 0) setImmediate(turn);
  later.push(run);
}

function turn(): void {
  const due = next;
  next = later;
  later = [];
  for (const run of due) run();
  if (later.length + next.length > 0) setImmediate(turn);
}
