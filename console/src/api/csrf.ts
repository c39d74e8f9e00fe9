import type { ConsoleSession, Problem } from './schema';

/** The value that goes with requests that change something: a page of another origin does not know it. And whose it is. */
export const csrf = { value: '', user: '' };

export function keepCsrf({ csrf_token, user }: ConsoleSession) {
  csrf.value = csrf_token;
  csrf.user = user.id;
}

export function forgetCsrf() {
  csrf.value = '';
  csrf.user = '';
}

let renewal: Promise<ConsoleSession | undefined> | undefined;

// Several changes at once ask for it once.
function readAgain() {
  renewal ??= (async () => {
    const response = await fetch('/v1/console/session', { credentials: 'same-origin' });
    return response.ok ? ((await response.json()) as ConsoleSession) : undefined;
  })().finally(() => (renewal = undefined));
  return renewal;
}

async function isStale(response: Response) {
  if (response.status !== 403) return false;
  try {
    return ((await response.clone().json()) as Problem).code === 'csrf_failed';
  } catch {
    return false;
  }
}

/**
 * Sends a request; where the session was renewed in another tab meanwhile, with that session once more. Somebody else's session it does not use: what
 * one person wants is not done under the name of another. Ending a session is what both want.
 */
export async function send(request: Request): Promise<Response> {
  if (request.method === 'GET' || request.method === 'HEAD') return fetch(request);
  const again = request.clone();
  const response = await fetch(request);
  if (!(await isStale(response))) return response;
  const session = await readAgain();
  if (!session) return response;
  if (session.user.id !== csrf.user && !request.url.endsWith('/v1/console/sign-out')) {
    window.dispatchEvent(new CustomEvent('session-changed', { detail: session }));
    const told = { ...((await response.clone().json()) as Problem), detail: `${session.user.name} has signed in with this browser meanwhile, in another tab, so nothing was done. This page shows what ${session.user.name} may see now.` };
    return new Response(JSON.stringify(told), { status: response.status, headers: { 'Content-Type': 'application/problem+json' } });
  }
  keepCsrf(session);
  again.headers.set('Crosspoint-Csrf', csrf.value);
  return fetch(again);
}
