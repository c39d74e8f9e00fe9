import { Button, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { wordsOf } from '../../api/problem';
import type { Silence } from '../../api/schema';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';
import { SilenceForm } from './SilenceForm';

export function Silences() {
  const silences = $api.useQuery('get', '/v1/silences', { params: { query: { limit: 100 } } }, { refetchInterval: 5000 });
  const windows = $api.useQuery('get', '/v1/maintenance', { params: { query: { limit: 100 } } }, { refetchInterval: 5000 });
  const queries = useQueryClient();
  const [isNew, setNew] = useState(false);
  const outcome = {
    onError: (error: unknown) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red' }),
    onSettled: () => void queries.invalidateQueries(),
  };
  const endSilence = $api.useMutation('delete', '/v1/silences/{silence}', outcome);
  const endWindow = $api.useMutation('delete', '/v1/maintenance/{silence}', outcome);
  return (
    <Stack gap="md">
      <Panel
        title="Silences"
        note="alerts that are told to nobody from now on"
        actions={
          <Button size="xs" onClick={() => setNew(true)}>
            New silence
          </Button>
        }
      >
        <Content of={silences}>
          {(data) =>
            data.silences.length === 0 ? (
              <Empty title="No silences">Silence an alert where it stands, or make a silence here.</Empty>
            ) : (
              <List of={data.silences} end={(silence) => endSilence.mutate({ params: { path: { silence } } })} />
            )
          }
        </Content>
      </Panel>
      <Panel title="Maintenance windows" note="announced work">
        <Content of={windows}>
          {(data) =>
            data.maintenance.length === 0 ? (
              <Empty title="No maintenance windows">
                Make one with <code>POST /v1/maintenance</code> or <code>crosspoint alerts maintenance</code>.
              </Empty>
            ) : (
              <List of={data.maintenance} end={(silence) => endWindow.mutate({ params: { path: { silence } } })} />
            )
          }
        </Content>
      </Panel>
      <SilenceForm match={isNew ? '' : undefined} onClose={() => setNew(false)} />
    </Stack>
  );
}

function List({ of, end }: { of: Silence[]; end: (id: string) => void }) {
  return (
    <Sheet
      label="Silences"
      rows={of}
      keyOf={(row) => row.id}
      columns={[
        { title: 'State', cell: (row) => row.state.replace('_', ' ') },
        { title: 'What', isText: true, cell: (row) => <span className="mono">{row.match}</span> },
        { title: 'From', cell: (row) => <When at={row.from} /> },
        { title: 'Until', cell: (row) => <When at={row.until} /> },
        { title: 'Why', isText: true, cell: (row) => row.reason },
        { title: 'By', cell: (row) => row.made_by },
        {
          title: '',
          cell: (row) =>
            row.state !== 'ended' && (
              <Button size="compact-xs" variant="default" onClick={() => end(row.id)} aria-label={`End ${row.match}`}>
                End
              </Button>
            ),
        },
      ]}
    />
  );
}
