import { AUTH_COOKIE } from './auth.ts';
import type { Call, Route } from './call.ts';
import { portalDate } from './dates.ts';
import type { User } from './model.ts';
import { passwordHashing, passwordMatches } from './tokens.ts';
import { messages, VendorError } from './vendor-error.ts';

const PATH = '/api/2.0/authentication';

export const authenticationRoutes: readonly Route[] = [
  { method: 'GET', path: PATH, open: 'always', handle: ({ caller }) => caller !== undefined },
  { method: 'POST', path: PATH, open: 'always', handle: (call) => firstStep(call) },
  { method: 'POST', path: `${PATH}/logout`, open: 'always', handle: (call) => signOut(call) },
  { method: 'POST', path: `${PATH}/:code`, open: 'always', handle: (call) => secondStep(call) },
  {
    method: 'GET',
    path: '/api/2.0/settings',
    open: 'always',
    handle: ({ portal: { settings } }) => {
      return { culture: 'de', tenantAlias: settings.tenantAlias, version: settings.version, passwordHash: passwordHashing };
    },
  },
];

function firstStep(call: Call): unknown {
  const user = checkPassword(call);
  if (user.tfaCode === undefined) return signIn(call, user);
  return { tfa: true, tfaKey: 'JBSWY3DPEHPK3PXP', confirmUrl: `${call.origin}/confirm/TfaAuth?type=TfaAuth` };
}

function secondStep(call: Call): unknown {
  const user = checkPassword(call);
  if (user.tfaCode !== call.params['code']) throw new VendorError('authentication', messages.authenticationFailed);
  return signIn(call, user);
}

function signIn({ portal, reply, body }: Call, user: User): unknown {
  const { token, expires } = portal.tokens.issue(user);
  reply.header('set-cookie', `${AUTH_COOKIE}=${encodeURIComponent(token)}; path=/; samesite=strict; httponly`);
  const forSession = body['session'] === true;
  return { token, expires: forSession ? '0001-01-01T00:00:00' : portalDate(expires, portal.settings.tenantOffsetMinutes) };
}

function signOut({ portal, caller, reply }: Call): unknown {
  if (caller?.token !== undefined) portal.tokens.revoke(caller.token);
  reply.header('set-cookie', `${AUTH_COOKIE}=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/`);
  return null;
}

function checkPassword({ portal, body }: Call): User {
  const userName = text(body['userName']) ?? '';
  const password = text(body['password']);
  const passwordHash = text(body['passwordHash']);
  if (portal.guard.isBlocked(userName)) throw new VendorError('brute-force', 'Login failed: too many attempts');
  const user = portal.store.userNamed(userName);
  const docSpace = portal.settings.generation === 'docspace';
  if (user === undefined && docSpace) throw new VendorError('not-found', 'The user could not be found');
  const matches = user !== undefined && passwordMatches(user, { password, passwordHash });
  if (!matches) {
    portal.guard.failed(userName);
    throw new VendorError('authentication', messages.authenticationFailed);
  }
  portal.guard.succeeded(userName);
  if (user.disabled) throw new VendorError('security', 'The user is disabled');
  return user;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
