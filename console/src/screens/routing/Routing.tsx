import { Alert, Button, Group, Tabs } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import { ROUTING_VIEWS, routing as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content } from '../../ui/Feedback';
import { Page } from '../../ui/Page';
import { draft, useDraft } from './draft';
import { PlanTab } from './PlanTab';
import { Record } from './Record';
import { Rehearsals } from './Rehearsals';
import { Revisions } from './Revisions';
import { Tester } from './Tester';

const LABELS: Record<(typeof ROUTING_VIEWS)[number], string> = { plan: 'Plan', revisions: 'Revisions', rehearsals: 'Rehearsals', tester: 'Where would it go?', record: 'Record' };

export function Routing() {
  const { view = 'plan' } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const change = useDraft();
  const head = $api.useQuery('get', '/v1/routing', {}, { refetchInterval: 5000 });
  const views = ROUTING_VIEWS.filter((name) => (name !== 'record' || may('read_audit')) && (name !== 'tester' || may('read_traffic')));
  return (
    <Page title="Routing">
      {change && may('manage_routing') && (
        <Alert color="indigo" variant="light" icon={<IconPencil size={18} aria-hidden />} title="You have begun a change" role="status">
          <Group gap="xs">
            <Anchor to="/routing/change" size="sm">
              Go on with it
            </Anchor>
            <Button size="compact-xs" variant="default" onClick={() => draft.set(undefined)}>
              Throw it away
            </Button>
          </Group>
        </Alert>
      )}
      <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: { view: value as typeof view } })}>
        <Tabs.List mb="md">
          {views.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {LABELS[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="plan">
          <Content of={head} rows={8}>
            {(data) => <PlanTab head={data} />}
          </Content>
        </Tabs.Panel>
        <Tabs.Panel value="revisions">
          <Content of={head}>{(data) => <Revisions head={data} />}</Content>
        </Tabs.Panel>
        <Tabs.Panel value="rehearsals">
          <Rehearsals />
        </Tabs.Panel>
        <Tabs.Panel value="tester">
          <Tester />
        </Tabs.Panel>
        <Tabs.Panel value="record">
          <Record kind="routing" name="plan" />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
