import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WrongBytes } from './trees.mjs';

/** Contestants in turn, another one first in each round: whoever comes first has no advantage. */
function inTurn(names, round) {
  const start = round % names.length;
  return [...names.slice(start), ...names.slice(0, start)];
}

/** Why a contestant cannot take part: a tool that it needs is missing. */
function absence(contestant, peers) {
  return (contestant.needs ?? []).map((need) => peers.missing.get(need)).find((reason) => reason !== undefined);
}

async function takeTurn(workload, stage, contestant, world) {
  const place = join(contestant.onDisk === true ? world.disk : world.home, 'target');
  await mkdir(place, { recursive: true });
  try {
    await stage.requests?.();
    const measured = await contestant.run({ stage, place, measure: world.measure });
    const requests = measured.requests ?? (await stage.requests?.());
    await (contestant.check ?? workload.check)?.({ stage, place, measured });
    const { stdout: _, ...metrics } = measured;
    return { ...metrics, ...(requests === undefined ? {} : { requests }) };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/**
 * Runs a workload: `{ contestants: { name: { rounds, absent?, failed? } }, rounds: [{ name: metrics }], wrong }`.
 * - A contestant that fails is out, and the others go on; wrong bytes are told apart, since they are no question of speed.
 */
export async function runRounds(workload, world, { rounds, onTurn }) {
  const states = Object.fromEntries(Object.entries(workload.contestants).map(([name, contestant]) => [name, { title: contestant.title ?? name, absent: absence(contestant, world.peers) }]));
  const results = [];
  const wrong = [];
  const stage = await workload.prepare(world);
  for (let round = 0; round < rounds; round += 1) {
    const result = {};
    for (const name of inTurn(Object.keys(workload.contestants), round)) {
      const state = states[name];
      if (state.absent !== undefined || state.failed !== undefined) continue;
      onTurn(round, state.title);
      try {
        result[name] = await takeTurn(workload, stage, workload.contestants[name], world);
      } catch (error) {
        state.failed = error.message;
        if (error instanceof WrongBytes) wrong.push(`${state.title}: ${error.message}`);
      }
    }
    results.push(result);
  }
  return { states, rounds: results, wrong, facts: stage.facts ?? {} };
}
