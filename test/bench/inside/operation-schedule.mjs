// How late an operation's end is seen, and after how many looks, on a clock that only waiting moves.
import { argv } from 'node:process';
import { createPolledOperation } from '../../../core/dist/index.js';
import { tell, timed } from './stopwatch.mjs';

const [, , kind, durationsText] = argv;
const samples = 200;

/** Percent as vendors tell it: whole numbers, and 100 not before the end. */
function percentAt(elapsedMs, durationMs) {
  const share = elapsedMs / durationMs;
  const shown = kind === 'steady' ? share : Math.min(0.9, (share * 0.9) / (2 / 3));
  return Math.min(99, Math.floor(shown * 100));
}

async function lateness(durationMs) {
  let [nowMs, looks] = [0, 0];
  const clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
  const poll = async () => {
    looks += 1;
    return nowMs >= durationMs ? { status: 'succeeded', result: nowMs } : { status: 'running', percent: percentAt(nowMs, durationMs) };
  };
  const endedMs = await createPolledOperation({ clock, poll, cancel: async () => undefined }).result();
  return { lateMs: endedMs - durationMs, looks };
}

async function meansAt(seconds) {
  const seen = [];
  for (let sample = 0; sample < samples; sample += 1) seen.push(await lateness(seconds * 1000 * (0.8 + (0.4 * sample) / (samples - 1))));
  const mean = (pick) => seen.reduce((sum, end) => sum + pick(end), 0) / samples;
  return { seconds, lateMs: mean(({ lateMs }) => lateMs), looks: mean(({ looks }) => looks) };
}

const { value: ends, times } = await timed(async () => {
  const means = [];
  for (const seconds of JSON.parse(durationsText)) means.push(await meansAt(seconds));
  return means;
});
const worst = (share) => Math.max(...ends.map(share));
tell({
  ...times,
  ends,
  lateShare: worst(({ seconds, lateMs }) => lateMs / Math.max(150, seconds * 10)),
  requestShare: worst(({ seconds, looks }) => looks / (12 + seconds / 3)),
});
