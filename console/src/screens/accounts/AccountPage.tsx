import { Alert, Button, Group, Menu, Modal, SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { Account } from '../../api/schema';
import { useMay } from '../../api/session';
import { ACCOUNT_VIEWS, account as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { modals } from '../../ui/modals';
import { Once, type Shown } from '../../ui/Once';
import { Figure, Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { RevisionList } from '../settings/RevisionList';
import { Keys } from './Keys';
import { Limits } from './Limits';
import { SettingsForm } from './SettingsForm';
import { Smpp } from './Smpp';
import { ACCOUNT_STATES, stateOf } from './words';

const LABELS: Record<(typeof ACCOUNT_VIEWS)[number], string> = { settings: 'Settings', keys: 'Keys and secrets', smpp: 'SMPP', revisions: 'Revisions' };

export function AccountPage() {
  const { sid } = route.useParams();
  const { view = 'settings' } = route.useSearch();
  const navigate = route.useNavigate();
  const one = $api.useQuery('get', '/v1/accounts/{sid}', { params: { path: { sid } } }, { refetchInterval: 5000 });
  const [shown, show] = useState<Shown>();
  return (
    <Page title={one.data?.name ?? sid} actions={one.data && <Actions of={one.data} onShow={show} />}>
      <Content of={one}>
        {(data) => (
          <Stack gap="md">
            <Group gap="xs">
              <StateBadge state={stateOf(data)} words={ACCOUNT_STATES} />
              <Text size="sm" c="dimmed" className="mono" style={{ overflowWrap: 'anywhere' }}>
                {data.account_sid}
              </Text>
            </Group>
            {data.source === 'file' && (
              <Alert color="gray" variant="light" title="It stands in the configuration file">
                Its settings, its token and what else the file names are changed there. Keys and credentials for binds can be added here.
              </Alert>
            )}
            <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: { view: value as typeof view } })}>
              <Tabs.List mb="md">
                {ACCOUNT_VIEWS.filter((name) => name !== 'revisions' || data.source === 'store').map((name) => (
                  <Tabs.Tab key={name} value={name}>
                    {LABELS[name]}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="settings">
                <Settings of={data} />
              </Tabs.Panel>
              <Tabs.Panel value="keys">
                <Keys sid={sid} of={data} onShow={show} />
              </Tabs.Panel>
              <Tabs.Panel value="smpp">
                <Smpp sid={sid} onShow={show} />
              </Tabs.Panel>
              <Tabs.Panel value="revisions">
                <RevisionList kind="account" name={sid} />
              </Tabs.Panel>
            </Tabs>
          </Stack>
        )}
      </Content>
      <Once shown={shown} onClose={() => show(undefined)} />
    </Page>
  );
}

function Settings({ of }: { of: Account }) {
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        <Figure label="Senders" value={of.senders} note={of.senders === 'any' ? 'from any well-formed sender' : 'from its own alone'} />
        <Figure label="Weight" value={of.weight} note="its share beside others" />
        <Figure label="Held" value={count(of.held)} note={of.state === 'paused' ? 'while its traffic is paused' : 'its traffic runs'} />
        <Figure label="Canceled" value={count(of.canceled)} note={of.canceling ? 'still going on' : 'by the last cancel'} />
      </SimpleGrid>
      <Limits of={of} />
      <Panel title="Numbers and names">
        {of.numbers.length === 0 ? (
          <Empty title="No numbers">Messages that come in reach no account of this gateway through this one. Add numbers to its settings.</Empty>
        ) : (
          <Sheet
            label="Numbers"
            rows={of.numbers}
            keyOf={(row) => row.number}
            columns={[
              { title: 'Number', cell: (row) => <span className="mono">{row.number}</span> },
              { title: 'Inbound messages go to', cell: (row) => row.inbound_url ?? 'nowhere: they are kept' },
              { title: 'Form', cell: (row) => (row.inbound_url ? row.inbound_format : '–') },
              { title: 'Binds of', cell: (row) => row.smpp ?? '–' },
            ]}
          />
        )}
      </Panel>
      <Panel
        title="Webhook endpoints"
        note="with settings of their own"
        actions={
          <Anchor to="/webhooks" search={{ account: of.account_sid }} size="sm">
            All that it calls
          </Anchor>
        }
      >
        {of.webhook_endpoints.length === 0 ? (
          <Empty title="None">Every receiver of this account has the defaults of the gateway.</Empty>
        ) : (
          <Sheet
            label="Webhook endpoints"
            rows={of.webhook_endpoints}
            keyOf={(row) => row.url}
            columns={[
              { title: 'URL', cell: (row) => <span className="mono">{row.url}</span> },
              { title: 'Enabled', cell: (row) => (row.enabled ? 'yes' : 'no') },
              { title: 'At once', isNumber: true, cell: (row) => row.concurrency ?? 'default' },
              { title: 'A second', isNumber: true, cell: (row) => row.rate ?? 'no limit' },
              { title: 'Batch of', isNumber: true, cell: (row) => row.batch?.events ?? 'one' },
            ]}
          />
        )}
      </Panel>
    </Stack>
  );
}

function Actions({ of, onShow }: { of: Account; onShow: (shown: Shown) => void }) {
  const queries = useQueryClient();
  const may = useMay();
  const [isEditing, edit] = useState(false);
  const path = { params: { path: { sid: of.account_sid } } };
  const onSettled = () => void queries.invalidateQueries({ queryKey: ['get', '/v1/accounts/{sid}'] });
  const outcome = { onError: told.failed, onSettled };
  const pause = $api.useMutation('post', '/v1/accounts/{sid}/pause', outcome);
  const resume = $api.useMutation('post', '/v1/accounts/{sid}/resume', outcome);
  const disable = $api.useMutation('post', '/v1/accounts/{sid}/disable', outcome);
  const enable = $api.useMutation('post', '/v1/accounts/{sid}/enable', outcome);
  const token = $api.useMutation('post', '/v1/accounts/{sid}/auth-token', {
    ...outcome,
    onSuccess: (made) => onShow({ title: 'Another auth token', text: 'The one before opens nothing any more. Callbacks are signed with this one: change it where they are checked.', secrets: [['Auth token', made.auth_token]] }),
  });
  const secret = $api.useMutation('post', '/v1/accounts/{sid}/webhook-secret', {
    ...outcome,
    onSuccess: (made) => onShow({ title: 'Another webhook secret', text: 'Webhooks bear signatures by this one and by the one before, until you drop that.', secrets: [['Webhook secret', made.webhook_secret]] }),
  });
  const drop = $api.useMutation('delete', '/v1/accounts/{sid}/webhook-secret/previous', outcome);
  const change = $api.useMutation('put', '/v1/accounts/{sid}', {
    onSuccess: () => {
      edit(false);
      told.done('The settings hold from now on.');
    },
    onSettled,
  });
  const ask = (title: string, text: string, label: string, act: () => void) => modals.confirm({ title: `${title}: ${of.name}?`, text, label, act });
  const isOurs = of.source === 'store';
  return (
    <>
      {may('manage_traffic') &&
        (of.state === 'paused' ? (
          <Button variant="default" loading={resume.isPending} onClick={() => resume.mutate(path)}>
            Resume traffic
          </Button>
        ) : (
          <Button variant="default" onClick={() => ask('Pause the traffic', 'Its messages are accepted and held, over every API and over SMPP. What is at a carrier already comes to its end.', 'Pause', () => pause.mutate(path))}>
            Pause traffic
          </Button>
        ))}
      {may('manage_accounts') && isOurs && (
        <>
          <Button onClick={() => edit(true)}>Change settings</Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default">More</Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => ask('Renew the auth token', 'The present one opens nothing any more, at once.', 'Renew', () => token.mutate(path))}>Renew the auth token</Menu.Item>
              {of.webhook_secret_previous ? (
                <Menu.Item onClick={() => ask('Drop the webhook secret before', 'Receivers that still check with it refuse what comes from then on.', 'Drop', () => drop.mutate(path))}>Drop the webhook secret before</Menu.Item>
              ) : (
                <Menu.Item onClick={() => ask('Renew the webhook secret', 'Webhooks bear signatures by both until you drop the one before.', 'Renew', () => secret.mutate(path))}>Renew the webhook secret</Menu.Item>
              )}
              {of.enabled ? (
                <Menu.Item color="red" onClick={() => ask('Disable', 'Its credentials are refused at once and its binds end. What it sent before goes on.', 'Disable', () => disable.mutate(path))}>
                  Disable
                </Menu.Item>
              ) : (
                <Menu.Item onClick={() => enable.mutate(path)}>Enable</Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </>
      )}
      <Modal opened={isEditing} onClose={() => edit(false)} title={`Settings of ${of.name}`} size="xl">
        {isEditing && (
          <SettingsForm
            of={of}
            error={change.error}
            isPending={change.isPending}
            label="Put them into force"
            onSubmit={(body, note) => change.mutate({ params: { path: { sid: of.account_sid }, query: { expected: of.last_activated, note: note || undefined } }, body })}
          />
        )}
      </Modal>
    </>
  );
}
