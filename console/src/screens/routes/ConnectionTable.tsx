import { Text } from '@mantine/core';
import { $api } from '../../api/client';
import type { Connection, HealthCell } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Delivery } from '../../ui/Delivery';
import { Content, Empty } from '../../ui/Feedback';
import { duration, money, perSecond, percent, short } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { USES } from '../../ui/words';

export function ConnectionTable() {
  const connections = $api.useQuery('get', '/v1/connections', {}, { refetchInterval: 3000 });
  const health = $api.useQuery('get', '/v1/health/cells', { params: { query: { level: 'connection', interval: '15m', limit: 1000 } } }, { refetchInterval: 5000 });
  const byName = new Map((health.data?.cells ?? []).map((cell) => [cell.connection, cell]));
  return (
    <Panel title="Connections" note="figures of the last 15 minutes">
      <Content of={connections}>
        {(data) =>
          data.connections.length === 0 ? (
            <Empty title="There is no connection yet">
              Add one under <code>vendors</code> in the configuration, or with <code>PUT /v1/connections/NAME</code>.
            </Empty>
          ) : (
            <Sheet label="Connections" rows={data.connections} keyOf={(row) => row.name} columns={columns(byName)} />
          )
        }
      </Content>
    </Panel>
  );
}

const columns = (health: Map<string | null, HealthCell>) => {
  const of = (row: Connection) => health.get(row.name);
  return [
    {
      title: 'Connection',
      cell: (row: Connection) => (
        <>
          <Anchor to="/routes/$name" params={{ name: row.name }} fw={600}>
            {row.name}
          </Anchor>
          <Text size="xs" c="dimmed">
            {row.vendor}
          </Text>
        </>
      ),
    },
    { title: 'State', cell: (row: Connection) => <StateBadge state={row.use} words={USES} /> },
    { title: 'Sessions', isNumber: true, cell: (row: Connection) => `${row.sessions.filter((session) => session.state === 'bound').length} of ${row.sessions.length}` },
    { title: 'In flight', isNumber: true, cell: (row: Connection) => `${row.in_flight} of ${row.in_flight_window * Math.max(1, row.sessions.length)}` },
    { title: 'Waiting', isNumber: true, cell: (row: Connection) => short(row.queued) },
    { title: 'A second', isNumber: true, cell: (row: Connection) => `${perSecond(of(row)?.per_second ?? 0)}${row.rate > 0 ? ` of ${row.rate}` : ''}` },
    { title: 'Delivered', isNumber: true, cell: (row: Connection) => <Delivery rate={of(row)?.delivery_rate} weight={of(row)?.delivery_weight} /> },
    { title: 'Errors', isNumber: true, cell: (row: Connection) => percent(of(row)?.error_rate) },
    { title: 'Answer, 95 %', isNumber: true, cell: (row: Connection) => duration(of(row)?.response_seconds.p95) },
    { title: 'Receipt, 95 %', isNumber: true, cell: (row: Connection) => duration(of(row)?.receipt_seconds.p95) },
    { title: 'Cost', isNumber: true, cell: (row: Connection) => money(of(row)?.cost) },
  ];
};
