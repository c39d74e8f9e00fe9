import { Tabs } from '@mantine/core';
import { ALERT_VIEWS, alerts as route } from '../../app/router';
import { Page } from '../../ui/Page';
import { AlertList } from './AlertList';
import { NotifierTable } from './NotifierTable';
import { Silences } from './Silences';
import { Weekly } from './Weekly';

const LABELS: Record<(typeof ALERT_VIEWS)[number], string> = { open: 'Not over', all: 'All', silences: 'Silences and maintenance', notifiers: 'Notifiers', weekly: 'Weekly review' };

export function Alerts() {
  const { view = 'open' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title="Alerts">
      <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: { view: value as typeof view } })}>
        <Tabs.List mb="md">
          {ALERT_VIEWS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {LABELS[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="open">
          <AlertList isOpen />
        </Tabs.Panel>
        <Tabs.Panel value="all">
          <AlertList isOpen={false} />
        </Tabs.Panel>
        <Tabs.Panel value="silences">
          <Silences />
        </Tabs.Panel>
        <Tabs.Panel value="notifiers">
          <NotifierTable />
        </Tabs.Panel>
        <Tabs.Panel value="weekly">
          <Weekly />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
