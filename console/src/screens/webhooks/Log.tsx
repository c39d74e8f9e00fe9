import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { ListedWebhook } from '../../api/schema';
import { DELIVERY_STATES } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { Since, When } from '../../ui/When';

type State = (typeof DELIVERY_STATES)[number];

const STATES = {
  pending: { color: 'blue', text: 'Waits for its next try.' },
  delivered: { color: 'green', text: 'The receiver took it.' },
  failed: { color: 'red', text: 'It was given up. It can be replayed.' },
};

interface Props {
  sid: string;
  state: State | undefined;
  mayAct: boolean;
  onState: (state: State | undefined) => void;
}

export function Log({ sid, state, mayAct, onState }: Props) {
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors.at(-1);
  const list = $api.useQuery('get', '/v1/webhooks', { params: { query: { account_sid: sid, state, limit: 50, cursor } } }, { refetchInterval: cursor ? false : 4000 });
  const replay = $api.useMutation('post', '/v1/messages/{id}/webhooks/{event}/replay', {
    onError: told.failed,
    onSuccess: () => told.done('It is sent again.'),
    onSettled: () => void list.refetch(),
  });
  const [opened, open] = useState<string>();
  return (
    <Panel
      title="Delivery log"
      note="the newest messages first"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="State"
          data={[{ value: '', label: 'All' }, ...DELIVERY_STATES.map((one) => ({ value: one, label: one.charAt(0).toUpperCase() + one.slice(1) }))]}
          value={state ?? ''}
          onChange={(value) => {
            setCursors([]);
            onState(value === '' ? undefined : (value as State));
          }}
        />
      }
    >
      <Content of={list}>
        {(data) => (
          <Stack gap="sm">
            {data.webhooks.length === 0 ? (
              <Empty title={state ? `None is ${state} here` : 'No webhooks here'}>{data.next_cursor ? 'Older messages may have some: go on.' : 'They show when messages of this account ask for callbacks.'}</Empty>
            ) : (
              <Sheet
                label="Webhooks"
                rows={data.webhooks}
                keyOf={(row) => row.id}
                columns={[
                  {
                    title: 'Message and receiver',
                    cell: (row) => (
                      <>
                        <Anchor to="/messages/$id" params={{ id: row.message_id }} className="mono">
                          {row.message_id}
                        </Anchor>
                        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                          {row.url}
                        </Text>
                        {opened === row.id && <Tries of={row} />}
                      </>
                    ),
                  },
                  { title: 'Tells', cell: (row) => row.status },
                  { title: 'State', cell: (row) => <StateBadge state={row.state} words={STATES} /> },
                  { title: 'Tries', isNumber: true, cell: (row) => row.tries },
                  { title: 'Last answer', isNumber: true, cell: (row) => row.last_status ?? '–' },
                  { title: 'Took', isNumber: true, cell: (row) => (row.last_took_ms == null ? '–' : `${row.last_took_ms.toFixed(0)} ms`) },
                  { title: 'Last try', cell: (row) => <Since at={row.last_at} /> },
                  { title: 'Next try', cell: (row) => <When at={row.next_at} /> },
                  {
                    title: '',
                    cell: (row) => (
                      <Group gap={4} wrap="nowrap">
                        <Button size="compact-xs" variant="default" aria-expanded={opened === row.id} aria-label={`Tries of ${row.id}`} onClick={() => open(opened === row.id ? undefined : row.id)}>
                          Tries
                        </Button>
                        {mayAct && row.state !== 'pending' && (
                          <Button size="compact-xs" variant="default" aria-label={`Replay ${row.id}`} onClick={() => replay.mutate({ params: { path: { id: row.message_id, event: String(row.event) } } })}>
                            Replay
                          </Button>
                        )}
                      </Group>
                    ),
                  },
                ]}
              />
            )}
            {(cursors.length > 0 || data.next_cursor) && (
              <Group justify="flex-end" gap="xs">
                {cursors.length > 0 && (
                  <Button size="xs" variant="default" onClick={() => setCursors(cursors.slice(0, -1))}>
                    Newer
                  </Button>
                )}
                {data.next_cursor && (
                  <Button size="xs" variant="default" onClick={() => setCursors([...cursors, data.next_cursor!])}>
                    Older
                  </Button>
                )}
              </Group>
            )}
          </Stack>
        )}
      </Content>
    </Panel>
  );
}

function Tries({ of }: { of: ListedWebhook }) {
  const tries = [...of.earlier.map((one) => ({ at: one.at, status: one.status, took: one.took_ms, error: one.error })), ...(of.last_at ? [{ at: of.last_at, status: of.last_status, took: of.last_took_ms, error: of.last_error }] : [])];
  if (tries.length === 0) {
    return (
      <Text size="xs" mt={6}>
        It was not tried yet.
      </Text>
    );
  }

  return (
    <Stack gap={2} mt={6} component="ol" pl={18} m={0}>
      {tries.map((one) => (
        <Text key={one.at} size="xs" component="li">
          <When at={one.at} /> · {one.status ?? 'no answer'} · {one.took == null ? '–' : `${one.took.toFixed(0)} ms`}
          {one.error && ` · ${one.error}`}
        </Text>
      ))}
    </Stack>
  );
}
