import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { Account, ApiKey } from '../../api/schema';
import { useMay } from '../../api/session';
import { Content, Empty, Failure } from '../../ui/Feedback';
import { modals } from '../../ui/modals';
import type { Shown } from '../../ui/Once';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { Since, When } from '../../ui/When';
import { SOURCES } from './words';

export function Keys({ sid, of, onShow }: { sid: string; of?: Account; onShow?: (shown: Shown) => void }) {
  const may = useMay();
  const keys = $api.useQuery('get', '/v1/accounts/{sid}/keys', { params: { path: { sid } } }, { refetchInterval: 10_000 });
  const [isMaking, make] = useState(false);
  const revoke = $api.useMutation('delete', '/v1/accounts/{sid}/keys/{key}', { onError: told.failed, onSettled: () => void keys.refetch() });
  const mayChange = may('manage_accounts') && onShow !== undefined;
  const ask = (key: ApiKey) =>
    modals.confirm({
      title: `Revoke ${key.name}?`,
      text: 'Whoever uses it is refused from the next request on. It cannot be brought back.',
      label: 'Revoke',
      act: () => revoke.mutate({ params: { path: { sid, key: key.sid } } }),
    });
  return (
    <Panel
      title="API keys"
      note={of?.webhook_secret_previous ? 'two webhook secrets are valid' : undefined}
      actions={
        mayChange && (
          <Button size="xs" onClick={() => make(true)}>
            New key
          </Button>
        )
      }
    >
      <Content of={keys}>
        {(data) =>
          data.keys.length === 0 ? (
            <Empty title="No keys">The account comes in with its SID and auth token alone. {mayChange && 'Make a key for each application, so that each can be revoked by itself.'}</Empty>
          ) : (
            <Sheet
              label="API keys"
              rows={data.keys}
              keyOf={(row) => row.sid}
              columns={[
                { title: 'For', cell: (row) => row.name || <StateBadge state={row.source} words={SOURCES} label="of the file" /> },
                { title: 'Secret', cell: (row) => <span className="mono">{row.ending ? `${row.prefix}…${row.ending}` : 'in the file'}</span> },
                { title: 'Key SID', cell: (row) => <span className="mono">{row.sid}</span> },
                { title: 'Last used', cell: (row) => (row.last_used_at ? <Since at={row.last_used_at} /> : 'never') },
                { title: 'Made', cell: (row) => <When at={row.created_at} /> },
                { title: 'By', cell: (row) => row.created_by ?? '–' },
                ...(mayChange
                  ? [
                      {
                        title: '',
                        cell: (row: ApiKey) =>
                          row.source === 'store' && (
                            <Button size="compact-xs" variant="default" onClick={() => ask(row)} aria-label={`Revoke ${row.name}`}>
                              Revoke
                            </Button>
                          ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Content>
      <Modal opened={isMaking} onClose={() => make(false)} title="New API key">
        {isMaking && (
          <NewKey
            sid={sid}
            onMade={(shown) => {
              make(false);
              void keys.refetch();
              onShow?.(shown);
            }}
          />
        )}
      </Modal>
    </Panel>
  );
}

function NewKey({ sid, onMade }: { sid: string; onMade: (shown: Shown) => void }) {
  const [name, setName] = useState('');
  const add = $api.useMutation('post', '/v1/accounts/{sid}/keys', {
    onSuccess: (made) =>
      onMade({
        title: `Key for ${made.key.name}`,
        text: 'As bearer token, or with the SID of the key as user and password of Basic authentication.',
        secrets: [
          ['Key SID', made.key.sid],
          ['Secret', made.secret],
        ],
      }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ params: { path: { sid } }, body: { name } });
      }}
    >
      <Stack gap="sm">
        <TextInput label="What it is for" description="The application or the person that uses it" required maxLength={100} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
        {add.error && <Failure error={add.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
