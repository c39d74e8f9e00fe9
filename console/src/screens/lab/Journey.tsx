import { Group, SimpleGrid, Stack, Text, Timeline as Steps } from '@mantine/core';
import { $api } from '../../api/client';
import type { Timeline } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content } from '../../ui/Feedback';
import { duration } from '../../ui/format';
import { StateBadge } from '../../ui/StateBadge';
import { When } from '../../ui/When';
import { MESSAGE_STATES, statusText } from '../../ui/words';

const EVERY_MS = 700;
const FINAL = ['delivered', 'undelivered', 'failed', 'expired', 'canceled', 'unconfirmed'];

const KINDS: Record<string, string> = {
  accepted: 'Accepted and on disk',
  attempt_started: 'Handed to a connection',
  sent: 'Taken by the vendor',
  attempt_refused: 'Refused',
  outcome_unknown: 'No answer: nobody knows whether the vendor has it',
  receipt_noted: 'A receipt came',
  delivered: 'Arrived at the handset',
  undelivered: 'Did not arrive',
  failed: 'Could not be sent',
  expired: 'Its validity ended',
  canceled: 'Canceled',
  unconfirmed: 'No receipt came in time',
  requeued: 'Waits for another try',
  rerouted: 'Sent another way',
  released: 'Its time has come',
  held: 'Held',
};

/** One message from its acceptance on, each step as it happens. */
export function Journey({ id }: { id: string }) {
  const timeline = $api.useQuery(
    'get',
    '/v1/messages/{id}/events',
    { params: { path: { id } } },
    { placeholderData: undefined, refetchInterval: (query) => (query.state.error || FINAL.includes(query.state.data?.status ?? '') ? false : EVERY_MS) },
  );
  return <Content of={timeline}>{(data) => <Told of={data} />}</Content>;
}

function Told({ of }: { of: Timeline }) {
  const began = new Date(of.events[0]?.at ?? 0).getTime();
  const isOver = FINAL.includes(of.status);
  const attempt = of.attempts.at(-1);
  return (
    <Stack gap="md">
      <Group gap="xs" role="status">
        <StateBadge state={of.status} words={MESSAGE_STATES} />
        <Text size="sm" c="dimmed">
          {MESSAGE_STATES[of.status]?.text}
        </Text>
      </Group>
      <Steps bulletSize={12} lineWidth={2} active={of.events.length} color={isOver && of.status !== 'delivered' ? 'red' : 'indigo'}>
        {of.events.map((event) => (
          <Steps.Item key={event.number} title={<Text size="sm" fw={600}>{KINDS[event.kind] ?? event.kind.replaceAll('_', ' ')}</Text>}>
            <Text size="xs" c="dimmed" component="div">
              <When at={event.at} />
              {event.number > 1 && ` · after ${duration((new Date(event.at).getTime() - began) / 1000)}`}
              {event.connection && (
                <>
                  {' · '}
                  <Anchor to="/routes/$name" params={{ name: event.connection }} size="xs" underline="always">
                    {event.connection}
                  </Anchor>
                </>
              )}
              {event.code_name && <span className="mono"> · {event.code_name}</span>}
            </Text>
            {(event.detail || statusText(event.code_name)) && <Text size="xs">{[statusText(event.code_name), event.detail].filter(Boolean).join(' ')}</Text>}
          </Steps.Item>
        ))}
      </Steps>
      {attempt && (
        <SimpleGrid cols={1} spacing={2}>
          <Text size="sm" fw={600}>
            Why {attempt.connection}
          </Text>
          <Text size="xs" c="dimmed">
            Plan {attempt.decision.plan_revision}, rule {attempt.decision.rule}
          </Text>
          {attempt.decision.candidates.map((candidate) => (
            <Text key={candidate} size="xs">
              {candidate}
            </Text>
          ))}
        </SimpleGrid>
      )}
      {!isOver && (
        <Text size="xs" c="dimmed">
          What comes next appears here by itself.
        </Text>
      )}
    </Stack>
  );
}
