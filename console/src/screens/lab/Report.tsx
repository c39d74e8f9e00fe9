import { Badge, Button, Group, SimpleGrid, Stack, Text, Timeline } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { $api } from '../../api/client';
import type { ChaosRun } from '../../api/schema';
import { useMay } from '../../api/session';
import { Anchor } from '../../ui/Anchor';
import { count, countryName, duration, percent } from '../../ui/format';
import { Figure } from '../../ui/Page';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { useNow, When } from '../../ui/When';
import { CELL_STATES } from '../../ui/words';
import { ENDS, FAULTS, PHASES } from './faults';

const TARGETS = [
  ['detection', 'Noticed', 'from the first hit to the first signal'],
  ['move', 'Moved', 'from the first hit to the first cell that is not healthy'],
  ['recovery', 'Came back', 'from the end of the fault until all is healthy'],
] as const;

/** What an experiment does and what the gateway does about it, while it goes on and after. */
export function Report({ run, onChanged }: { run: ChaosRun; onChanged: () => void }) {
  const may = useMay();
  const now = useNow();
  const stop = $api.useMutation('post', '/v1/chaos/{number}/stop');
  const { experiment } = run;
  const left = run.phase === 'injecting' ? experiment.seconds - (now - new Date(run.started_at).getTime()) / 1000 : 0;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Group gap="xs" role="status">
          <StateBadge state={run.phase} words={PHASES} />
          <Text size="sm" c="dimmed">
            {run.ended_by ? `The fault was ended by ${ENDS[run.ended_by]}.` : left > 0 ? `Another ${duration(Math.ceil(left))}.` : ''}
          </Text>
        </Group>
        {run.phase === 'injecting' && may('manage_operation') && (
          <Button
            size="compact-md"
            color="red"
            variant="light"
            leftSection={<IconPlayerStop size={16} aria-hidden />}
            loading={stop.isPending}
            onClick={() => stop.mutate({ params: { path: { number: run.number } } }, { onError: told.failed, onSettled: onChanged })}
          >
            Stop it
          </Button>
        )}
      </Group>
      <Text size="sm" component="div">
        {FAULTS[experiment.fault].label} on <Anchor to="/routes/$name" params={{ name: experiment.connection }} underline="always">{experiment.connection}</Anchor>
        {': '}
        {scopeOf(run)}. {detailOf(run)}
      </Text>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        {TARGETS.map(([key, label, what]) => {
          const target = run.targets[key];
          return (
            <Figure
              key={key}
              label={label}
              value={
                <Group gap={6} component="span">
                  {target.seconds === null ? (target.met === false ? 'not' : '–') : duration(target.seconds)}
                  {target.met !== null && (
                    <Badge variant="light" color={target.met ? 'green' : 'red'} tt="none" component="span">
                      {target.met ? 'in time' : 'too late'}
                    </Badge>
                  )}
                </Group>
              }
              note={`${what}; ${duration(target.target_seconds)} allowed`}
            />
          );
        })}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm">
        <Figure label="Segments hit" value={count(run.segments_hit)} note={run.first_hit_at ? <>first at <When at={run.first_hit_at} /></> : 'none yet'} />
        <Figure label="Messages ended" value={count(run.messages_ended)} note="in scope, on whatever connection" />
        <Figure
          label="Delivered"
          value={run.messages_ended > 0 ? percent(run.messages_delivered / run.messages_ended) : '–'}
          note={`guard: ${percent(experiment.delivery_at_least)} from ${count(experiment.guard_messages)} on`}
          tone={run.messages_ended >= experiment.guard_messages && run.messages_delivered / run.messages_ended < experiment.delivery_at_least ? 'bad' : undefined}
        />
      </SimpleGrid>
      <Timeline bulletSize={12} lineWidth={2} active={run.changes.length + 2}>
        <Timeline.Item title={<Text size="sm" fw={600}>The fault began</Text>}>
          <Text size="xs" c="dimmed" component="div">
            <When at={run.started_at} /> · ordered by {run.by}
          </Text>
        </Timeline.Item>
        {storyOf(run).map((entry) => (
          <Timeline.Item key={entry.key} color={entry.color} title={<Text size="sm" fw={600}>{entry.title}</Text>}>
            <Text size="xs" c="dimmed" component="div">
              <When at={entry.at} />
            </Text>
            {entry.text && <Text size="xs">{entry.text}</Text>}
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}

function storyOf(run: ChaosRun) {
  const entries = run.changes.map((change, i) => ({
    key: `${change.at} ${i}`,
    at: change.at,
    color: CELL_STATES[change.to]?.color ?? 'gray',
    title: `${change.cell}: ${change.from} → ${change.to}, takes ${percent(change.share)}`,
    text: change.reason,
  }));
  if (run.fault_ended_at) entries.push({ key: 'end', at: run.fault_ended_at, color: 'gray', title: 'The fault ended', text: '' });
  return entries.sort((a, b) => a.at.localeCompare(b.at));
}

function scopeOf({ experiment }: ChaosRun) {
  if (experiment.fault === 'disconnect') return 'all that it carries';
  const what = experiment.class ? `${experiment.class} messages` : 'messages, all but one-time codes';
  const where = experiment.country ? ` to ${countryName(experiment.country)}` : '';
  return `${percent(experiment.share)} of its ${what}${where}${experiment.network ? ` on ${experiment.network}` : ''}`;
}

function detailOf({ experiment }: ChaosRun) {
  if (experiment.fault === 'latency' && experiment.latency_ms) return `Answers ${duration(experiment.latency_ms / 1000)} later.`;
  if (experiment.fault === 'throttle' && experiment.rate) return `${experiment.rate} segments a second pass.`;
  return experiment.fault === 'errors' && experiment.status ? `Answered with ${experiment.status}.` : '';
}
