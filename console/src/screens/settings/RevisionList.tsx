import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, api } from '../../api/client';
import type { Revision } from '../../api/schema';
import { useMay } from '../../api/session';
import { Content, Empty } from '../../ui/Feedback';
import { modals } from '../../ui/modals';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { When } from '../../ui/When';
import { Difference } from './Difference';
import { KINDS, type Kind } from './kinds';

const STATES = {
  draft: { color: 'gray', text: 'Stored, and of no effect.' },
  active: { color: 'green', text: 'In force, or bound to be from its time on.' },
  retired: { color: 'gray', text: 'Another one took its place.' },
};

/** The revisions of one resource: compared, and gone back to. */
export function RevisionList({ kind, name }: { kind: Kind; name: string }) {
  const queries = useQueryClient();
  const may = useMay();
  const [before, setBefore] = useState<number>();
  const list = $api.useQuery('get', '/v1/revisions/{kind}/{name}', { params: { path: { kind, name }, query: { limit: 50, before } } }, { refetchInterval: 10_000 });
  const head = $api.useQuery('get', '/v1/revisions', { params: { query: { kind, limit: 1000 } } }, { refetchInterval: 10_000 });
  const present = head.data?.resources.find((one) => one.name === name);
  const [compared, compare] = useState<Revision>();
  const rollBack = useMutation({
    mutationFn: async (to: number) => goBack(kind, name, present?.last_activated ?? 0, to),
    onSuccess: () => told.done('It is in force again.'),
    onError: told.failed,
    onSettled: () => void queries.invalidateQueries(),
  });
  const allowed = KINDS[kind].rollBack;
  return (
    <Panel title="Revisions" note={`${KINDS[kind].label.toLowerCase()} ${name}`}>
      <Content of={list}>
        {(data) =>
          data.revisions.length === 0 ? (
            <Empty title="No revisions">Nothing was changed at run time yet.</Empty>
          ) : (
            <Stack gap="sm">
              <Sheet
                label="Revisions"
                rows={data.revisions}
                keyOf={(row) => String(row.revision)}
                columns={[
                  { title: 'Revision', isNumber: true, cell: (row) => row.revision },
                  { title: 'State', cell: (row) => <StateBadge state={row.state} words={STATES} label={row.revision === present?.in_force?.revision ? 'in force' : row.state} /> },
                  { title: 'Made', cell: (row) => <When at={row.at} /> },
                  { title: 'By', cell: (row) => row.by },
                  { title: 'Note', cell: (row) => row.note || '–' },
                  { title: 'In force from', cell: (row) => <When at={row.activated_at && row.valid_from} /> },
                  {
                    title: '',
                    cell: (row) => (
                      <Group gap={4} wrap="nowrap">
                        <Button size="compact-xs" variant="default" aria-label={`Compare revision ${row.revision}`} onClick={() => compare(row)}>
                          Compare
                        </Button>
                        {allowed && may(allowed) && row.state === 'retired' && present && (
                          <Button
                            size="compact-xs"
                            variant="default"
                            aria-label={`Go back to revision ${row.revision}`}
                            onClick={() =>
                              modals.confirm({
                                title: `Go back to revision ${row.revision}?`,
                                text: 'It holds at once, and what is scheduled is taken back. This can be undone in the same way.',
                                label: 'Go back',
                                act: () => rollBack.mutate(row.revision),
                              })
                            }
                          >
                            Go back
                          </Button>
                        )}
                      </Group>
                    ),
                  },
                ]}
              />
              <Group justify="flex-end" gap="xs">
                {before && (
                  <Button size="xs" variant="default" onClick={() => setBefore(undefined)}>
                    The newest
                  </Button>
                )}
                {data.next_before && (
                  <Button size="xs" variant="default" onClick={() => setBefore(data.next_before ?? undefined)}>
                    Older
                  </Button>
                )}
              </Group>
            </Stack>
          )
        }
      </Content>
      <Modal opened={compared !== undefined} onClose={() => compare(undefined)} title={`Revision ${compared?.revision ?? ''} of ${name}`} size="xl">
        {compared && (
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              {compared.parent ? `Against revision ${compared.parent}, which it was made from.` : 'It is the first: all of it is new.'}
            </Text>
            <Difference kind={kind} name={name} revision={compared.revision} />
          </Stack>
        )}
      </Modal>
    </Panel>
  );
}

async function goBack(kind: Kind, name: string, expected: number, to: number) {
  const body = { expected, to };
  const { error } =
    kind === 'account'
      ? await api.POST('/v1/accounts/{sid}/rollback', { params: { path: { sid: name } }, body })
      : kind === 'deck'
        ? await api.POST('/v1/decks/{connection}/rollback', { params: { path: { connection: name } }, body })
        : kind === 'rates'
          ? await api.POST('/v1/rates/{document}/rollback', { params: { path: { document: name as 'currencies' | 'fees' | 'sell' } }, body })
          : await api.POST('/v1/routing/rollback', { body });
  if (error) throw error;
}
