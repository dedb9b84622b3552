import type { FaultName, SandboxFault, Target } from '@filesource/sandbox';
import type { PullWay } from '@filesource/transfer';
import { Dice } from './dice.ts';
import { stageNames, type FolderName, type StageName } from './stage.ts';

/** One run: which vendor, what is fetched and how, and what goes wrong. All of it follows from the seed. */
export interface Mix {
  readonly seed: number;
  readonly stage: StageName;
  readonly job: 'pull' | 'archive-file' | 'archive-directory';
  /** Of a pull. */
  readonly by: PullWay;
  readonly folders: readonly FolderName[];
  /** Some of the files in place of the whole folder. */
  readonly onlyFiles?: number;
  readonly faults: readonly SandboxFault[];
}

type Roll = (dice: Dice, job: Mix['job']) => SandboxFault;

const everywhere: readonly Target[] = ['content', 'archive', 'list', 'operation', 'api', 'any'];
const bytes: readonly Target[] = ['content', 'archive'];

function at(dice: Dice): number {
  return dice.one([0, 1, dice.between(2, 200), dice.between(200, 5000), dice.between(5000, 200_000)]);
}

function on(dice: Dice, usual: readonly Target[]): readonly Target[] {
  return dice.chance(0.6) ? usual : [dice.one(everywhere)];
}

const rolls: Readonly<Record<FaultName, Roll>> = {
  cut: (dice) => ({ kind: 'cut', at: at(dice), on: on(dice, bytes) }),
  shorten: (dice) => ({ kind: 'shorten', at: at(dice), on: on(dice, bytes) }),
  stall: (dice) => ({ kind: 'stall', at: at(dice), on: on(dice, bytes) }),
  trickle: (dice) => ({ kind: 'trickle', bytes: dice.between(2000, 20_000), every: dice.between(1, 15), on: on(dice, bytes) }),
  // In a plain download no vendor's checksum tells of it: see docs/security.md.
  flip: (dice) => ({ kind: 'flip', at: dice.chance(0.3) ? dice.between(0, 60) : at(dice), on: ['archive'] }),
  length: (dice) => ({ kind: 'length', by: dice.one([-1, 1, dice.between(-300, 300)]), on: on(dice, bytes) }),
  endless: (dice) => ({ kind: 'endless', on: on(dice, bytes) }),
  status: (dice) => ({ kind: 'status', code: dice.one([500, 502, 503, 504, 408, 404, 403, 401]), on: on(dice, ['any']) }),
  'rate-limit': (dice) => ({ kind: 'rate-limit', retry: dice.between(0, 3), as: dice.one(['seconds', 'date', 'none']), on: on(dice, ['any']) }),
  html: (dice) => ({ kind: 'html', on: on(dice, bytes) }),
  'half-json': () => ({ kind: 'half-json' }),
  redirect: (dice) => ({ kind: 'redirect', to: dice.one(['other', 'plain']), on: on(dice, bytes) }),
  'hang-up': (dice) => ({ kind: 'hang-up', on: on(dice, ['any']) }),
  close: (dice) => ({ kind: 'close', on: on(dice, ['any']) }),
  delay: (dice) => ({ kind: 'delay', ms: dice.between(1, 400), on: on(dice, ['any']) }),
  'ignore-range': () => ({ kind: 'ignore-range' }),
  'content-range': (dice) => ({ kind: 'content-range', shift: dice.one([-1, 1, dice.between(-500, 500)]), total: dice.one([0, 0, 1, -1]) }),
  'repeat-page': () => ({ kind: 'repeat-page' }),
  'drop-page': () => ({ kind: 'drop-page' }),
  'drop-result': () => ({ kind: 'drop-result' }),
  'expire-token': () => ({ kind: 'expire-token' }),
  'expire-link': () => ({ kind: 'expire-link' }),
  restart: (dice) => ({ kind: 'restart', on: on(dice, ['api']) }),
};

/** Those that seldom find anything to do come more often. */
const names = [...(Object.keys(rolls) as FaultName[]), 'flip', 'flip', 'content-range', 'content-range', 'ignore-range'] as const;
const ofRanges: ReadonlySet<FaultName> = new Set<FaultName>(['ignore-range', 'content-range']);
const ofPages: ReadonlySet<FaultName> = new Set<FaultName>(['repeat-page', 'drop-page']);

/** So slow, by the clock of the runs, that large files come in ranges: 64 MiB in a second of the wall's. */
const slowBodies: SandboxFault = { kind: 'trickle', bytes: 65_536, every: 1, on: ['content', 'archive'] };

export function mixOf(seed: number): Mix {
  const dice = new Dice(seed);
  const stage = dice.one(stageNames);
  const job = dice.one(['pull', 'pull', 'archive-file', 'archive-directory'] as const);
  const kinds = Array.from({ length: dice.one([0, 1, 1, 1, 2, 2, 3, 4]) }, () => dice.one(names));
  // A range is asked for only after something broke.
  if (kinds.some((kind) => ofRanges.has(kind))) kinds.unshift(dice.one(['cut', 'stall']));
  const isLarge = kinds.some((kind) => ofPages.has(kind)) || dice.chance(0.04);
  const folders: readonly FolderName[] = isLarge ? ['many'] : dice.one<readonly FolderName[]>([['few'], ['few'], ['nested'], ['few', 'nested'], ['few', 'none'], ['none']]);
  const faults = kinds.map((kind): SandboxFault => {
    const after = dice.one([0, 0, 1, 2, dice.between(3, 12)]);
    const times = dice.between(1, 4);
    // Each of a hundred silences that bring some bytes is waited for: that is slow, and no hang.
    const isEndless = !isLarge && kind !== 'stall' && dice.chance(0.12);
    const chance = dice.chance(0.25) ? { chance: dice.one([0.2, 0.5, 0.8]) } : {};
    return { ...rolls[kind](dice, job), after, ...(isEndless ? {} : { times }), ...chance };
  });
  const onlyFiles = dice.chance(0.15) ? dice.between(1, 3) : undefined;
  // One file alone comes as it is, without the checksum of an archive.
  const knowable = onlyFiles === 1 ? faults.filter(({ kind: flipped }) => flipped !== 'flip') : faults;
  // The sandbox packs in this process: with so much in an archive, nothing else goes on meanwhile.
  const isHuge = stage !== 'address' && job === 'pull' && dice.chance(0.12);
  const by = (['auto', 'files', 'archive'] as const)[seed % 3] ?? 'auto';
  if (isHuge) return { seed, stage, job, by: 'files', folders: ['huge'], faults: [slowBodies, ...knowable] };
  return { seed, stage, job, by, folders, ...(onlyFiles === undefined ? {} : { onlyFiles }), faults: knowable };
}

export function describeMix({ stage, job, by, folders, onlyFiles, faults }: Mix): string {
  return `${job}${job === 'pull' ? ` by ${by}` : ''} of ${onlyFiles === undefined ? '' : `${onlyFiles} files in `}${folders.join('+')} from ${stage}, with ${JSON.stringify(faults)}`;
}
