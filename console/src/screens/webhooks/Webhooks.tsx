import { Button, Group, Select, Tabs } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import { useMay, useSession } from '../../api/session';
import { WEBHOOK_VIEWS, webhooks as route } from '../../app/router';
import { Empty } from '../../ui/Feedback';
import { Page } from '../../ui/Page';
import { Keys } from '../accounts/Keys';
import { Endpoints } from './Endpoints';
import { Log } from './Log';
import { ReplayForm, type Replayed } from './ReplayForm';
import { TestForm } from './TestForm';

const LABELS: Record<(typeof WEBHOOK_VIEWS)[number], string> = { endpoints: 'Endpoints', log: 'Delivery log', keys: 'API keys' };

export function Webhooks() {
  const { account, view = 'endpoints', state } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const own = useSession()?.user.account_sid ?? undefined;
  const isStaff = may('read_accounts');
  const accounts = $api.useQuery('get', '/v1/accounts', { params: { query: { limit: 1000 } } }, { enabled: isStaff });
  const list = accounts.data?.accounts ?? [];
  const sid = own ?? account ?? list[0]?.account_sid;
  const [replayed, replay] = useState<Replayed>();
  const [tested, test] = useState<string>();
  const mayAct = may('manage_accounts') || may('change_account');
  return (
    <Page
      title="Webhooks"
      actions={
        <>
          {isStaff && (
            <Select
              aria-label="Account"
              searchable
              allowDeselect={false}
              w={260}
              nothingFoundMessage="No account fits"
              data={list.map((one) => ({ value: one.account_sid, label: one.name }))}
              value={sid ?? null}
              onChange={(value) => value && void navigate({ search: { account: value, view, state } })}
            />
          )}
          {mayAct && sid && (
            <Group gap="xs">
              <Button variant="default" onClick={() => test('')}>
                Send a test
              </Button>
              <Button variant="default" onClick={() => replay({})}>
                Replay
              </Button>
            </Group>
          )}
        </>
      }
    >
      {sid === undefined ? (
        accounts.data && <Empty title="There is no account yet">Webhooks are of accounts: make one first, under Accounts or in the configuration file.</Empty>
      ) : (
        <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: { account, view: value as typeof view } })}>
          <Tabs.List mb="md">
            {WEBHOOK_VIEWS.filter((name) => name !== 'keys' || !isStaff).map((name) => (
              <Tabs.Tab key={name} value={name}>
                {LABELS[name]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="endpoints">
            <Endpoints sid={sid} onReplay={mayAct ? (endpoint) => replay({ endpoint }) : undefined} onTest={mayAct ? test : undefined} />
          </Tabs.Panel>
          <Tabs.Panel value="log">
            <Log sid={sid} state={state} mayAct={mayAct} onState={(wanted) => void navigate({ search: { account, view, state: wanted } })} />
          </Tabs.Panel>
          <Tabs.Panel value="keys">
            <Keys sid={sid} />
          </Tabs.Panel>
        </Tabs>
      )}
      {sid && <ReplayForm sid={sid} of={replayed} onClose={() => replay(undefined)} />}
      {sid && <TestForm sid={sid} url={tested} onClose={() => test(undefined)} />}
    </Page>
  );
}
