import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { NOTHING, duration } from './format';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const dayAndTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

const listeners = new Set<() => void>();
let now = Date.now();
window.setInterval(() => {
  now = Date.now();
  listeners.forEach((listener) => listener());
}, 1000);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The viewer's wall clock, to the second. */
export const useNow = () => useSyncExternalStore(subscribe, () => now);

export function utc(at: string) {
  // To the microsecond where the gateway says so: a Date knows milliseconds only.
  const fraction = /\.(\d+)/.exec(at)?.[1];
  const text = new Date(at).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction ? `.${fraction}` : ''} UTC`;
}

/** A moment in the viewer's zone; UTC on hover and focus. */
export function When({ at, empty = NOTHING }: { at: string | null | undefined; empty?: string }) {
  if (!at) return <>{empty}</>;
  const date = new Date(at);
  const isToday = new Date().toDateString() === date.toDateString();
  return (
    <Tooltip label={utc(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {(isToday ? time : dayAndTime).format(date)}
      </time>
    </Tooltip>
  );
}

/** A moment to the microsecond, in the viewer's zone; UTC on hover and focus. */
export function Precisely({ at }: { at: string }) {
  return (
    <Tooltip label={utc(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {time.format(new Date(at))}
        .{(/\.(\d+)/.exec(at)?.[1] ?? '').padEnd(6, '0')}
      </time>
    </Tooltip>
  );
}

/** How long ago; the moment itself on hover. */
export function Since({ at }: { at: string | null | undefined }) {
  const current = useNow();
  if (!at) return <>{NOTHING}</>;
  const seconds = Math.max(0, (current - new Date(at).getTime()) / 1000);
  return (
    <Tooltip label={utc(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} style={{ whiteSpace: 'nowrap' }}>
        {seconds < 1 ? 'now' : `${duration(Math.floor(seconds) || 1)} ago`}
      </time>
    </Tooltip>
  );
}
