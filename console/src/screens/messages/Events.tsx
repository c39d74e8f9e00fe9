import { Badge, Box, Group, Text, Timeline as Line } from '@mantine/core';
import type { Timeline, TimelineEvent } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Precisely } from '../../ui/When';
import { statusText } from '../../ui/words';
import { EVENTS, RECEIPTS } from './words';

/** Every event, with how long after the one before it happened. */
export function Events({ of }: { of: Timeline }) {
  return (
    <Line bulletSize={12} lineWidth={2} active={of.events.length}>
      {of.events.map((event, place) => {
        const before = of.events[place - 1];
        return (
          <Line.Item key={event.number} color={EVENTS[event.kind].color}>
            <Group gap={6} wrap="wrap" align="baseline">
              <Text size="sm" fw={600}>
                {EVENTS[event.kind].label}
              </Text>
              {event.connection && (
                <Text size="sm" component="span">
                  {event.connection}
                </Text>
              )}
              {event.code_name && (
                <Badge size="sm" variant="default" tt="none" fw={500}>
                  {event.code_name}
                </Badge>
              )}
            </Group>
            <Meaning of={event} />
            <Text size="xs" c="dimmed" component="div" className="numbers">
              <Precisely at={event.at} />
              {before && (before.at === event.at ? ' · at once' : ` · ${since(before.at, event.at)} later`)}
            </Text>
          </Line.Item>
        );
      })}
    </Line>
  );
}

function Meaning({ of }: { of: TimelineEvent }) {
  const meaning = of.code_name ? (RECEIPTS[of.code_name] ?? statusText(of.code_name)) : undefined;
  if (!meaning && !of.detail) return null;
  return (
    <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
      {meaning} {of.detail && <Box component="span" c={meaning ? 'dimmed' : undefined}><Linked text={of.detail} /></Box>}
    </Text>
  );
}

/** A text in which ids of messages lead to them. */
function Linked({ text }: { text: string }) {
  const parts = text.split(/(SM[0-9a-f]{32})/);
  return parts.map((part, place) =>
    place % 2 === 1 ? (
      <Anchor key={place} to="/messages/$id" params={{ id: part }} className="mono">
        {part}
      </Anchor>
    ) : (
      part
    ),
  );
}

const MICROS = 1_000_000;

/** Microseconds since the last whole second; a Date knows milliseconds only. */
const fraction = (at: string) => Number((/\.(\d+)/.exec(at)?.[1] ?? '').padEnd(6, '0').slice(0, 6));

function micros(at: string) {
  return Math.floor(new Date(at).getTime() / 1000) * MICROS + fraction(at);
}

function since(before: string, at: string) {
  const span = micros(at) - micros(before);
  if (span < 1000) return `${span} µs`;
  if (span < MICROS) return `${(span / 1000).toFixed(span < 10_000 ? 2 : 1)} ms`;
  if (span < 120 * MICROS) return `${(span / MICROS).toFixed(2)} s`;
  return span < 7200 * MICROS ? `${Math.round(span / MICROS / 60)} min` : `${(span / MICROS / 3600).toFixed(1)} h`;
}
