import { Button, Group, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useMay, useSession } from '../../api/session';
import { WEBHOOK_VIEWS, webhooks as route } from '../../app/router';
import { AccountSelect, useAccounts } from '../../ui/AccountSelect';
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
  const accounts = useAccounts(isStaff);
  const list = accounts.data ?? [];
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
            <AccountSelect aria-label="Account" w={260} accounts={list} withDisabled value={sid} onChange={(chosen) => chosen && void navigate({ search: { account: chosen, view, state } })} />
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
