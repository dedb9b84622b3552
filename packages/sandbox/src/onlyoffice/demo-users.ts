import type { ApiKey } from './model.ts';
import type { UserSpec } from './options.ts';

export const demoUsers = [
  { userName: 'anna.berger@example.test', password: 'Sonnenblume-7', displayName: 'Anna Berger', admin: true },
  { userName: 'joerg.weiss@example.test', password: 'Apfelkuchen-9', displayName: 'Jörg Weiß' },
  { userName: 'zweistufig@example.test', password: 'Doppelt-2', displayName: 'Zoë Zweistufig', tfaCode: '123456' },
  { userName: 'gesperrt@example.test', password: 'Gesperrt-1', displayName: 'Gero Gesperrt', disabled: true },
] as const satisfies readonly UserSpec[];

const ANNA = demoUsers[0].userName;

export const demoApiKeys = [
  { key: `sk-${'a1'.repeat(32)}`, userName: ANNA },
  { key: `sk-${'b2'.repeat(32)}`, userName: ANNA, permissions: ['files:read'] },
  { key: `sk-${'c3'.repeat(32)}`, userName: ANNA, permissions: ['files:read', 'files:write'] },
  { key: `sk-${'d4'.repeat(32)}`, userName: ANNA, permissions: ['contacts:read'] },
] as const satisfies readonly ApiKey[];
