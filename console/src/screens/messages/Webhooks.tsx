import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import type { WebhookDelivery } from '../../api/schema';
import { Content, Empty } from '../../ui/Feedback';
import { NOTHING } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { When } from '../../ui/When';
import { MESSAGE_STATES } from '../../ui/words';
import { DELIVERY_STATES } from './words';

interface Try {
  key: string;
  of: WebhookDelivery;
  at: string | null;
  status: number | null;
  took: number | null;
  error: string | null;
  isLast: boolean;
}

/** What was told to the application, each try a row, and how it answered. */
export function Webhooks({ id, isOver }: { id: string; isOver: boolean }) {
  const log = $api.useQuery('get', '/v1/messages/{id}/webhooks', { params: { path: { id } } }, { refetchInterval: isOver ? 5000 : 2000 });
  const queries = useQueryClient();
  const may = useMay();
  const replay = $api.useMutation('post', '/v1/messages/{id}/webhooks/{event}/replay', {
    onError: told.failed,
    onSuccess: () => told.done('The webhook is sent again.'),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['get', '/v1/messages/{id}/webhooks'] });
      void queries.invalidateQueries({ queryKey: ['get', '/v1/audit'] });
    },
  });
  const mayReplay = may('manage_traffic') || may('change_account');
  return (
    <Panel title="Webhooks" note="what the application was told">
      <Content of={log} rows={2}>
        {({ webhooks }) =>
          webhooks.length === 0 ? (
            <Empty title="No webhooks">The message names no callback_url, or nothing that is told has happened yet.</Empty>
          ) : (
            <>
              {webhooks[0]?.url && (
                <Text size="sm" mb="xs" style={{ overflowWrap: 'anywhere' }}>
                  POST <span className="mono">{webhooks[0].url}</span>
                </Text>
              )}
              <Sheet
                label="Webhooks"
                rows={webhooks.flatMap(tries)}
                keyOf={(row) => row.key}
                columns={[
                  { title: 'Told', cell: (row) => <StateBadge state={row.of.status} words={MESSAGE_STATES} /> },
                  { title: 'Webhook', cell: (row) => (row.isLast ? <StateBadge state={row.of.state} words={DELIVERY_STATES} /> : <Text size="sm" c="dimmed">earlier try</Text>) },
                  { title: 'Tries', isNumber: true, cell: (row) => (row.isLast ? row.of.tries : '') },
                  { title: 'When', cell: (row) => <When at={row.at} empty="not yet" /> },
                  { title: 'Answer', isNumber: true, cell: (row) => row.status ?? NOTHING },
                  { title: 'Took', isNumber: true, cell: (row) => (row.took === null ? NOTHING : `${row.took.toFixed(row.took < 10 ? 2 : 1)} ms`) },
                  { title: 'Error', cell: (row) => row.error ?? NOTHING },
                  { title: 'Next try', cell: (row) => (row.isLast ? <When at={row.of.next_at} /> : '') },
                  {
                    title: '',
                    cell: (row) =>
                      row.isLast &&
                      mayReplay &&
                      row.of.state !== 'pending' && (
                        <Button size="compact-xs" variant="default" aria-label={`Replay the webhook of ${row.of.status}`} loading={replay.isPending} onClick={() => replay.mutate({ params: { path: { id, event: String(row.of.event) } } })}>
                          Replay
                        </Button>
                      ),
                  },
                ]}
              />
            </>
          )
        }
      </Content>
    </Panel>
  );
}

const tries = (of: WebhookDelivery): Try[] => [
  ...of.earlier.map((each, place) => ({ key: `${of.id}.${place}`, of, at: each.at, status: each.status, took: each.took_ms, error: each.error, isLast: false })),
  { key: of.id, of, at: of.last_at, status: of.last_status, took: of.last_took_ms, error: of.last_error, isLast: true },
];
