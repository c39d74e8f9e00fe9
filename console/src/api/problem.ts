import type { Problem } from './schema';

/** Of codes whose title says less than the console knows. */
const MEANINGS: Record<string, string> = {
  unauthorized: 'You are signed out.',
  forbidden: 'Your role does not allow this.',
  not_found: 'It is not there (any more).',
  overloaded: 'Too many requests: wait a moment.',
  throttled: 'Too many requests: wait a moment.',
  store_unavailable: 'The gateway cannot do this right now: try again in a moment.',
};

/** Whether it is an answer of the gateway that says what is wrong (RFC 9457). */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'title' in error && 'status' in error;
}

/** What happened, and what to try, in one sentence or two. */
export function wordsOf(error: unknown): string {
  if (isProblem(error)) return error.detail ?? MEANINGS[error.code] ?? error.title;
  if (error instanceof TypeError) return 'The gateway cannot be reached. What you see is the last that it said; it is asked again by itself.';
  return error instanceof Error ? error.message : 'Something went wrong. Try again.';
}

/** What is wrong with a configuration that was sent, by the key at which it is. */
export function faultsOf(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  const lines = (error.detail ?? '').split('\n').map((line) => /^body:\d+: ([^:]+): (.*)$/.exec(line));
  return Object.fromEntries(lines.filter((line) => line !== null).map(([, key, message]) => [key, message]));
}
