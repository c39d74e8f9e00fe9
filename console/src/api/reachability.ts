import { useSyncExternalStore } from 'react';

const RETRY_MS = 2000;
const listeners = new Set<() => void>();
let isReachable = true;
let timer: number | undefined;

async function look() {
  try {
    const response = await fetch('/health/live', { cache: 'no-store' });
    if (response.ok) reachability.set(true);
  } catch {
    // Looked at again by the timer.
  }
}

/** Whether the gateway answered the last time. While it does not, it is asked every two seconds. */
export const reachability = {
  get: () => isReachable,
  set(value: boolean) {
    if (value === isReachable) return;
    isReachable = value;
    window.clearInterval(timer);
    if (!value) timer = window.setInterval(look, RETRY_MS);
    listeners.forEach((listener) => listener());
  },
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export const useReachability = () => useSyncExternalStore(reachability.subscribe, reachability.get);
