import { Tabs } from '@mantine/core';
import { ROUTE_VIEWS, routes } from '../../app/router';
import { Page } from '../../ui/Page';
import { ConnectionTable } from './ConnectionTable';
import { Matrix } from './Matrix';
import { States } from './States';

const LABELS: Record<(typeof ROUTE_VIEWS)[number], string> = { connections: 'Connections', matrix: 'Countries × connections', states: 'Health states' };

export function Routes() {
  const { view = 'connections' } = routes.useSearch();
  const navigate = routes.useNavigate();
  return (
    <Page title="Routes">
      <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: (search) => ({ ...search, view: value as typeof view }) })}>
        <Tabs.List mb="md">
          {ROUTE_VIEWS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {LABELS[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="connections">
          <ConnectionTable />
        </Tabs.Panel>
        <Tabs.Panel value="matrix">
          <Matrix />
        </Tabs.Panel>
        <Tabs.Panel value="states">
          <States />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
