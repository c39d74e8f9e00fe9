import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import { accounts as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { Once, type Shown } from '../../ui/Once';
import { Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { SettingsForm } from './SettingsForm';
import { ACCOUNT_STATES, SOURCES, stateOf } from './words';

const PAGE = 100;

export function Accounts() {
  const { find = '', after } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const list = $api.useQuery('get', '/v1/accounts', { params: { query: { limit: PAGE, cursor: after } } }, { refetchInterval: 10_000 });
  const [isMaking, make] = useState(false);
  const [shown, show] = useState<Shown>();
  const wanted = find.toLowerCase();
  return (
    <Page title="Accounts" actions={may('manage_accounts') && <Button onClick={() => make(true)}>New account</Button>}>
      <Panel
        title="Accounts"
        note="who sends, and who gets what comes in"
        actions={<TextInput size="xs" w={240} placeholder="Name, SID or number" aria-label="Find an account on this page" value={find} onChange={(event) => void navigate({ search: { find: event.currentTarget.value || undefined, after }, replace: true })} />}
      >
        <Content of={list}>
          {(data) => {
            const rows = data.accounts.filter((row) => `${row.name} ${row.account_sid} ${row.numbers.map((number) => number.number).join(' ')}`.toLowerCase().includes(wanted));
            return (
              <Stack gap="sm">
                {rows.length === 0 ? (
                  <Empty title="No account fits">Nothing on this page has “{find}” in its name, its SID or one of its numbers.</Empty>
                ) : (
                  <Sheet
                    label="Accounts"
                    rows={rows}
                    keyOf={(row) => row.account_sid}
                    columns={[
                      {
                        title: 'Account',
                        cell: (row) => (
                          <>
                            <Anchor to="/accounts/$sid" params={{ sid: row.account_sid }} size="sm" fw={600}>
                              {row.name}
                            </Anchor>
                            {row.name !== row.account_sid && (
                              <Text size="xs" c="dimmed" className="mono">
                                {row.account_sid}
                              </Text>
                            )}
                          </>
                        ),
                      },
                      { title: 'State', cell: (row) => <StateBadge state={stateOf(row)} words={ACCOUNT_STATES} /> },
                      { title: 'From', cell: (row) => <StateBadge state={row.source} words={SOURCES} label={row.source === 'file' ? 'file' : 'made here'} /> },
                      { title: 'Numbers', isNumber: true, cell: (row) => row.numbers.length },
                      { title: 'Keys', isNumber: true, cell: (row) => row.keys },
                      { title: 'SMPP', isNumber: true, cell: (row) => row.smpp_credentials },
                      { title: 'Weight', isNumber: true, cell: (row) => row.weight },
                    ]}
                  />
                )}
                {(after || data.next_cursor) && (
                  <Group justify="flex-end" gap="xs">
                    {after && (
                      <Button size="xs" variant="default" onClick={() => void navigate({ search: { find: find || undefined } })}>
                        From the first
                      </Button>
                    )}
                    {data.next_cursor && (
                      <Button size="xs" variant="default" onClick={() => void navigate({ search: { find: find || undefined, after: data.next_cursor ?? undefined } })}>
                        More
                      </Button>
                    )}
                  </Group>
                )}
              </Stack>
            );
          }}
        </Content>
      </Panel>
      <Modal opened={isMaking} onClose={() => make(false)} title="New account" size="xl">
        <NewAccount
          onMade={(made) => {
            make(false);
            show(made);
          }}
        />
      </Modal>
      <Once shown={shown} onClose={() => show(undefined)} />
    </Page>
  );
}

function NewAccount({ onMade }: { onMade: (shown: Shown) => void }) {
  const queries = useQueryClient();
  const create = $api.useMutation('post', '/v1/accounts', {
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: ['get', '/v1/accounts'] });
      onMade({
        title: `Account ${made.name}`,
        text: 'With these the account signs in to both APIs, and checks what the gateway sends it. More keys can be made at any time.',
        secrets: [
          ['Account SID', made.account_sid],
          ['Auth token', made.auth_token],
          ['Webhook secret', made.webhook_secret],
        ],
      });
    },
  });
  return <SettingsForm error={create.error} isPending={create.isPending} label="Make the account" onSubmit={(settings, note) => create.mutate({ params: { query: { note: note || undefined } }, body: settings })} />;
}
