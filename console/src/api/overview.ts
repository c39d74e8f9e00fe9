import { useSyncExternalStore } from 'react';
import { api } from './client';
import { isProblem } from './problem';
import { reachability } from './reachability';
import type { Overview } from './schema';

export interface LiveOverview {
  data: Overview | undefined;
  /** Pushed every second; otherwise it is the last that was heard, or was asked for. */
  isLive: boolean;
  error: unknown;
}

const RETRY_MS = 3000;
// The gateway says something every ten seconds at least.
const SILENCE_MS = 20_000;

const listeners = new Set<() => void>();
let state: LiveOverview = { data: undefined, isLive: false, error: undefined };
let source: EventSource | undefined;
let timer: number | undefined;

function set(next: Partial<LiveOverview>) {
  state = { ...state, ...next };
  listeners.forEach((listener) => listener());
}

function close() {
  source?.close();
  source = undefined;
  window.clearTimeout(timer);
}

function wait() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void fail(), SILENCE_MS);
}

function open() {
  close();
  // A page in the background needs no figures, and browsers allow few connections to one host.
  if (listeners.size === 0 || document.visibilityState === 'hidden') return;
  source = new EventSource('/v1/overview/live');
  source.addEventListener('overview', (event: MessageEvent<string>) => {
    wait();
    reachability.set(true);
    set({ data: JSON.parse(event.data) as Overview, isLive: true, error: undefined });
  });
  source.onerror = () => void fail();
  wait();
}

/** What a stream does not tell is asked for: whether the gateway is gone, the session over, or only the stream refused. */
async function fail() {
  close();
  set({ isLive: false });
  timer = window.setTimeout(open, RETRY_MS);
  try {
    const { data, error } = await api.GET('/v1/overview');
    if (data) set({ data, error: undefined });
    else if (isProblem(error)) set({ error });
  } catch (error) {
    set({ error });
  }
}

document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? close() : open()));

// Whoever signs in next may not be allowed to see what was here.
window.addEventListener('signed-out', () => set({ data: undefined, isLive: false, error: undefined }));

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (listeners.size === 1) open();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    close();
    state = { ...state, isLive: false };
  };
}

/** What goes on over all connections, as it changes. One stream for the whole page. */
export const useOverview = () => useSyncExternalStore(subscribe, () => state);

/** Asks again at once. */
export const againOverview = open;
