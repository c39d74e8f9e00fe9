import { SegmentedControl } from '@mantine/core';
import { $api } from '../../api/client';
import { incidents as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { count, duration } from '../../ui/format';
import { Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { When, useNow } from '../../ui/When';
import { INCIDENT_STATES, SEVERITIES } from '../../ui/words';

export function Incidents() {
  const { state = 'unresolved' } = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const query = state === 'unresolved' ? { state: 'unresolved' as const, limit: 100 } : { limit: 100 };
  const incidents = $api.useQuery('get', '/v1/incidents', { params: { query } }, { refetchInterval: 3000 });
  return (
    <Page
      title="Incidents"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Which incidents"
          value={state}
          onChange={(value) => void navigate({ search: { state: value as typeof state }, replace: true })}
          data={[
            { value: 'unresolved', label: 'Not over' },
            { value: 'all', label: 'All' },
          ]}
        />
      }
    >
      <Panel title={state === 'unresolved' ? 'Not over' : 'All'}>
        <Content of={incidents}>
          {(data) =>
            data.incidents.length === 0 ? (
              <Empty title="No incidents">
                {state === 'unresolved' ? 'Every connection does as well as usual. Those that are over are under “All”.' : 'An incident opens by itself when a connection does worse than usual on a network.'}
              </Empty>
            ) : (
              <Sheet
                label="Incidents"
                rows={data.incidents}
                keyOf={(row) => row.id}
                columns={[
                  { title: 'Severity', cell: (row) => <StateBadge state={row.severity} words={SEVERITIES} /> },
                  { title: 'What', isText: true, card: 'head', cell: (row) => <Anchor to="/incidents/$id" params={{ id: row.id }} fw={600}>{row.title}</Anchor> },
                  { title: 'State', cell: (row) => <StateBadge state={row.state} words={INCIDENT_STATES} /> },
                  { title: 'Began', cell: (row) => <When at={row.opened_at} /> },
                  { title: 'Lasts', isNumber: true, cell: (row) => lasts(row.opened_at, row.resolved_at, now) },
                  { title: 'Messages hit', isNumber: true, cell: (row) => count(row.messages_hit) },
                  { title: 'Moved', isNumber: true, cell: (row) => count(row.messages_moved) },
                  { title: 'Looked at by', cell: (row) => row.acknowledged_by ?? '–' },
                  { title: 'Marked', cell: (row) => row.verdict ?? '–' },
                ]}
              />
            )
          }
        </Content>
      </Panel>
    </Page>
  );
}

function lasts(from: string | null, until: string | null, now: number) {
  return from ? duration(((until ? new Date(until).getTime() : now) - new Date(from).getTime()) / 1000) : '–';
}
