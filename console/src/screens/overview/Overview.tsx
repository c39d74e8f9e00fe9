import { Badge, Grid, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { againOverview, useOverview } from '../../api/overview';
import type { Overview as Reading } from '../../api/schema';
import { overview as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Delivery, toneOf } from '../../ui/Delivery';
import { Content, Empty } from '../../ui/Feedback';
import { count, countryName, duration, money, percent, perSecond, short } from '../../ui/format';
import { Figure, Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { Since, When } from '../../ui/When';
import { INCIDENT_STATES, SEVERITIES } from '../../ui/words';
import { OpenAlerts } from '../alerts/OpenAlerts';
import { HistoryChart, SpanSwitch } from '../../ui/charts/HistoryChart';

const WorldMap = lazy(() => import('../../ui/charts/WorldMap').then((module) => ({ default: module.WorldMap })));

export function Overview() {
  const overview = useOverview();
  const { span = '1h' } = route.useSearch();
  const navigate = route.useNavigate();
  const of = { data: overview.data, error: overview.error, refetch: againOverview };
  return (
    <Page title="Overview" actions={<Pulse isLive={overview.isLive} at={overview.data?.at} />}>
      <Content of={of} rows={2}>
        {(data) => <Figures of={data} />}
      </Content>
      <OpenAlerts />
      <Panel title="Throughput and delivery" note="over all connections" actions={<SpanSwitch value={span} onChange={(chosen) => void navigate({ search: { span: chosen }, replace: true })} />}>
        <HistoryChart scope={{}} span={span} />
      </Panel>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Panel title="Open incidents" actions={<Anchor to="/incidents" size="sm">All incidents</Anchor>}>
          <Content of={of}>{(data) => <Incidents of={data} />}</Content>
        </Panel>
        <Panel title="Queues" note="what waits for a connection">
          <Content of={of}>{(data) => <Queues queues={data.queues.longest} />}</Content>
        </Panel>
      </SimpleGrid>
      <Panel title="Countries" note="the last 15 minutes" actions={<Anchor to="/routes" search={{ view: 'matrix' }} size="sm">By connection</Anchor>}>
        <Content of={of}>{(data) => <Countries rows={data.countries} />}</Content>
      </Panel>
      <Panel title="Classes" note="the last 15 minutes">
        <Content of={of}>{(data) => <Classes rows={data.classes} />}</Content>
      </Panel>
    </Page>
  );
}

/** Whether the figures are pushed as they change. Said to screen readers when that changes, not every second. */
function Pulse({ isLive, at }: { isLive: boolean; at: string | undefined }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Badge role="status" variant="light" color={isLive ? 'green' : 'gray'} tt="none" fw={600}>
        {isLive ? 'live' : at ? 'not live' : 'connecting'}
      </Badge>
      {at && !isLive && (
        <Text size="xs" c="dimmed" component="div">
          as of <Since at={at} />
        </Text>
      )}
    </Group>
  );
}

function Figures({ of: { now, today, queues, currency } }: { of: Reading }) {
  const errors = now.error_rate;
  const wait = queues.longest_wait_seconds;
  return (
    <Stack gap={6}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing={{ base: 'xs', sm: 'sm' }}>
        <Figure label="Accepted a second" value={perSecond(now.accepted_per_second ?? 0)} note={`${count(today.accepted)} messages today`} />
        <Figure label="Sent a second" value={perSecond(now.sent_per_second ?? 0)} note={`${count(today.sent)} today`} />
        <Figure label="Delivered a second" value={perSecond(now.delivered_per_second ?? 0)} note={`${count(today.delivered)} today, ${count(today.not_delivered)} not`} />
        <Figure label="Delivery" value={percent(now.delivery_rate)} note={`of ${short(now.delivery_weight)} messages, 15 min`} tone={toneOf(now.delivery_rate)} />
        <Figure label="Time to receipt" value={duration(now.receipt_seconds.p95)} note={`95 % within; half in ${duration(now.receipt_seconds.p50)}`} />
        <Figure label="Errors" value={percent(errors)} note="of the answers, last minute" tone={errors !== null && errors > 0.03 ? 'bad' : undefined} />
        <Figure label="Waiting" value={short(queues.waiting)} note={queues.waiting === 0 ? 'nothing waits' : wait === null ? 'hardly anything leaves' : `longest wait about ${duration(wait)}`} tone={wait !== null && wait > 300 ? 'warn' : undefined} />
        <Figure label="Vendor cost" value={money(today.cost, currency)} note={today.margin === null ? `today; ${money(now.cost)} in 15 min` : `today; margin ${money(today.margin)} of ${money(today.sold)} sold`} />
      </SimpleGrid>
      <Text size="xs" c="dimmed" component="div">
        Today counts since <When at={today.since} />. {count(today.received)} messages came in from handsets.
      </Text>
    </Stack>
  );
}

function Incidents({ of: { incidents, open_incidents } }: { of: Reading }) {
  if (incidents.length === 0) return <Empty title="Nothing is wrong">Every connection does as well as usual. An incident opens by itself when one does not.</Empty>;
  return (
    <Stack gap="xs">
      {incidents.map((incident) => (
        <Group key={incident.id} gap="xs" wrap="nowrap" align="flex-start">
          <StateBadge state={incident.severity} words={SEVERITIES} />
          <Stack gap={0} miw={0} style={{ flex: 1 }}>
            <Anchor to="/incidents/$id" params={{ id: incident.id }} size="sm" fw={600}>
              {incident.title}
            </Anchor>
            <Text size="xs" c="dimmed" component="div">
              <Since at={incident.opened_at} /> · {count(incident.messages_hit)} messages hit · {count(incident.messages_moved)} moved
            </Text>
          </Stack>
          <StateBadge state={incident.state} words={INCIDENT_STATES} />
        </Group>
      ))}
      {open_incidents > incidents.length && (
        <Text size="sm" c="dimmed">
          and {count(open_incidents - incidents.length)} more
        </Text>
      )}
    </Stack>
  );
}

function Queues({ queues }: { queues: Reading['queues']['longest'] }) {
  if (queues.length === 0) return <Empty title="Nothing waits">Messages go out as they come in.</Empty>;
  return (
    <Sheet
      label="Queues"
      rows={queues.slice(0, 12)}
      keyOf={(queue) => `${queue.connection} ${queue.class}`}
      columns={[
        { title: 'Connection', cell: (queue) => <Anchor to="/routes/$name" params={{ name: queue.connection }}>{queue.connection}</Anchor> },
        { title: 'Class', cell: (queue) => queue.class },
        { title: 'Waiting', isNumber: true, cell: (queue) => short(queue.waiting) },
        { title: 'A second', isNumber: true, cell: (queue) => perSecond(queue.rate) },
        { title: 'Wait', isNumber: true, cell: (queue) => duration(queue.estimated_wait_seconds) },
      ]}
    />
  );
}

function Countries({ rows }: { rows: Reading['countries'] }) {
  if (rows.length === 0) return <Empty title="No traffic in the last 15 minutes">Send a message with the API, or on <Anchor to="/lab">Lab</Anchor>, and its country appears here.</Empty>;
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 4.5 }}>
        <Suspense fallback={<div style={{ height: 260 }} />}>
          <WorldMap countries={rows} />
        </Suspense>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 7.5 }}>
        <Sheet
          label="Countries"
          most={10}
          rows={[...rows].sort((a, b) => b.submitted - a.submitted)}
          keyOf={(row) => row.country}
          columns={[
            { title: 'Country', cell: (row) => countryName(row.country) },
            { title: 'A second', isNumber: true, cell: (row) => perSecond(row.per_second) },
            { title: 'Delivered', isNumber: true, cell: (row) => <Delivery rate={row.delivery_rate} weight={row.delivery_weight} /> },
            { title: 'Errors', isNumber: true, cell: (row) => percent(row.error_rate) },
            { title: 'Receipt, 95 %', isNumber: true, cell: (row) => duration(row.receipt_seconds.p95) },
            { title: 'Cost', isNumber: true, cell: (row) => money(row.cost) },
          ]}
        />
      </Grid.Col>
    </Grid>
  );
}

function Classes({ rows }: { rows: Reading['classes'] }) {
  if (rows.length === 0) return <Empty title="No traffic in the last 15 minutes">One-time codes, transactional and marketing messages are shown apart here.</Empty>;
  return (
    <Sheet
      label="Classes"
      rows={rows}
      keyOf={(row) => row.class}
      columns={[
        { title: 'Class', cell: (row) => row.class },
        { title: 'A second', isNumber: true, cell: (row) => perSecond(row.per_second) },
        { title: 'Sent', isNumber: true, cell: (row) => short(row.sent) },
        { title: 'Delivered', isNumber: true, cell: (row) => <Delivery rate={row.delivery_rate} weight={row.delivery_weight} /> },
        { title: 'Errors', isNumber: true, cell: (row) => percent(row.error_rate) },
        { title: 'Receipt, 50 %', isNumber: true, cell: (row) => duration(row.receipt_seconds.p50) },
        { title: 'Receipt, 95 %', isNumber: true, cell: (row) => duration(row.receipt_seconds.p95) },
        { title: 'Cost', isNumber: true, cell: (row) => money(row.cost) },
      ]}
    />
  );
}
