import { Group, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client';
import type { Timeline } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content } from '../../ui/Feedback';
import { StateBadge } from '../../ui/StateBadge';
import { MESSAGE_STATES } from '../../ui/words';
import { Events } from '../messages/Events';

const EVERY_MS = 700;
const FINAL = ['delivered', 'undelivered', 'failed', 'expired', 'canceled', 'unconfirmed'];

/** One message from its acceptance on, each step as it happens. */
export function Journey({ id }: { id: string }) {
  const timeline = $api.useQuery(
    'get',
    '/v1/messages/{id}/events',
    { params: { path: { id } } },
    { placeholderData: undefined, refetchInterval: (query) => (query.state.error || FINAL.includes(query.state.data?.status ?? '') ? false : EVERY_MS) },
  );
  return <Content of={timeline}>{(data) => <Told of={data} id={id} />}</Content>;
}

function Told({ of, id }: { of: Timeline; id: string }) {
  return (
    <Stack gap="md">
      <Group gap="xs" role="status">
        <StateBadge state={of.status} words={MESSAGE_STATES} />
        <Text size="sm" c="dimmed">
          {MESSAGE_STATES[of.status]?.text}
        </Text>
      </Group>
      <Events of={of} />
      <Text size="sm">
        {!FINAL.includes(of.status) && 'What comes next appears here by itself. '}
        <Anchor to="/messages/$id" params={{ id }} underline="always">
          The whole message, and why it went where it went
        </Anchor>
      </Text>
    </Stack>
  );
}
