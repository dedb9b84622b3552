import { grantOf } from '../auth/authenticate.ts';
import { sessionCookie, sessionOf } from '../auth/session-cookie.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import type { Parts } from '../parts.ts';
import { Refusal } from '../problem/refusal.ts';

export function sessionRoutes({ sessions, settings }: Pick<Parts, 'sessions' | 'settings'>): readonly Route[] {
  const cookie = { isSecure: settings.publicUrl?.startsWith('https:') === true, lifetimeMs: settings.sessionLifetimeMs };
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/session',
      operationId: 'startSession',
      summary: 'Give a browser a session for its token',
      description: 'Scripts cannot read the cookie. With it, requests that change something must come from the page itself.',
      access: 'token',
      answers: { 204: { description: 'The cookie is set', headers: { 'Set-Cookie': 'filesource_session, HttpOnly and SameSite=Strict' } } },
      run: ({ request, reply }) => {
        if (request.headers.authorization === undefined) throw new Refusal('token-needed', 'A session does not start another one.', { advice: 'Send "Authorization: Bearer …" with the token itself.' });
        return reply.code(204).header('set-cookie', sessionCookie(sessions.start(grantOf(request)), cookie)).send();
      },
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/session',
      operationId: 'endSession',
      summary: 'End the session',
      access: 'token',
      answers: { 204: { description: 'The cookie is worth nothing any more', headers: { 'Set-Cookie': 'Takes the cookie away' } } },
      run: ({ request, reply }) => {
        const session = sessionOf(request.headers.cookie);
        if (session !== undefined) sessions.end(session);
        return reply.code(204).header('set-cookie', sessionCookie(undefined, cookie)).send();
      },
    }),
  ];
}
