/** Runs `work` for each item, a fixed number at a time. */
export async function eachAtOnce(items, atOnce, work) {
  let next = 0;
  const runner = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}
