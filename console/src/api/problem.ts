import type { Problem } from './schema';

const MEANINGS: Record<number, string> = {
  401: 'You are signed out.',
  403: 'Your role does not allow this.',
  404: 'It is not there (any more).',
  409: 'Something has changed meanwhile: look again.',
  429: 'Too many requests: wait a moment.',
  503: 'The gateway cannot do this right now: try again in a moment.',
};

/** Whether it is an answer of the gateway that says what is wrong (RFC 9457). */
export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'title' in error && 'status' in error;
}

/** What happened, and what to try, in one sentence or two. */
export function wordsOf(error: unknown): string {
  if (isProblem(error)) return error.detail ?? MEANINGS[error.status] ?? error.title;
  if (error instanceof TypeError) return 'The gateway cannot be reached. What you see is the last that it said; it is asked again by itself.';
  return error instanceof Error ? error.message : 'Something went wrong. Try again.';
}

/** What is wrong with a configuration that was sent, by the key at which it is. */
export function faultsOf(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  const lines = (error.detail ?? '').split('\n').map((line) => /^body:\d+: ([^:]+): (.*)$/.exec(line));
  return Object.fromEntries(lines.filter((line) => line !== null).map(([, key, message]) => [key, message]));
}
