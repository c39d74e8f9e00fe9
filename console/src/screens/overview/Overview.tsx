import { Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client';
import type { HealthBoard, Queue } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Delivery, toneOf } from '../../ui/Delivery';
import { Content, Empty } from '../../ui/Feedback';
import { count, countryName, duration, money, perSecond, percent, short } from '../../ui/format';
import { Figure, Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { Since } from '../../ui/When';
import { INCIDENT_STATES, SEVERITIES } from '../../ui/words';

const FAST = { refetchInterval: 2000 };
const SLOW = { refetchInterval: 5000 };

export function Overview() {
  const now = $api.useQuery('get', '/v1/health/countries', { params: { query: { interval: '1m' } } }, FAST);
  const board = $api.useQuery('get', '/v1/health/countries', { params: { query: { interval: '15m' } } }, SLOW);
  const queues = $api.useQuery('get', '/v1/queues', {}, FAST);
  const incidents = $api.useQuery('get', '/v1/incidents', { params: { query: { state: 'unresolved', limit: 100 } } }, SLOW);

  return (
    <Page title="Overview">
      <Content of={now} rows={2}>
        {(minute) => <Figures minute={minute} quarter={board.data} queues={queues.data?.queues ?? []} />}
      </Content>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Panel title="Open incidents" actions={<Anchor to="/incidents" size="sm">All incidents</Anchor>}>
          <Content of={incidents}>
            {({ incidents: open }) =>
              open.length === 0 ? (
                <Empty title="Nothing is wrong">Every connection does as well as usual. An incident opens by itself when one does not.</Empty>
              ) : (
                <Stack gap="xs">
                  {open.map((incident) => (
                    <Group key={incident.id} gap="xs" wrap="nowrap" align="flex-start">
                      <StateBadge state={incident.severity} words={SEVERITIES} />
                      <Stack gap={0} miw={0}>
                        <Anchor to="/incidents/$id" params={{ id: incident.id }} size="sm" fw={600}>
                          {incident.title}
                        </Anchor>
                        <Text size="xs" c="dimmed">
                          <Since at={incident.opened_at} /> · {count(incident.messages_hit)} messages hit · {count(incident.messages_moved)} moved
                        </Text>
                      </Stack>
                      <StateBadge state={incident.state} words={INCIDENT_STATES} />
                    </Group>
                  ))}
                </Stack>
              )
            }
          </Content>
        </Panel>
        <Panel title="Queues" note="what waits for a connection">
          <Content of={queues}>{({ queues: all }) => <Queues queues={all.filter((queue) => queue.waiting > 0)} />}</Content>
        </Panel>
      </SimpleGrid>
      <Panel title="Countries" note="the last 15 minutes" actions={<Anchor to="/routes" search={{ view: 'matrix' }} size="sm">By connection</Anchor>}>
        <Content of={board}>{(data) => <Countries board={data} />}</Content>
      </Panel>
    </Page>
  );
}

function Figures({ minute, quarter, queues }: { minute: HealthBoard; quarter: HealthBoard | undefined; queues: Queue[] }) {
  const rate = sum(minute.countries, (row) => row.per_second);
  const weight = sum(quarter?.countries ?? [], (row) => row.delivery_weight);
  const delivery = weight > 0 ? sum(quarter?.countries ?? [], (row) => (row.delivery_rate ?? 0) * row.delivery_weight) / weight : null;
  const attempts = sum(minute.countries, (row) => row.accepted + row.refused + row.unanswered);
  const errors = attempts > 0 ? sum(minute.countries, (row) => row.refused + row.unanswered) / attempts : null;
  const waiting = sum(queues, (queue) => queue.waiting);
  const wait = Math.max(0, ...queues.map((queue) => queue.estimated_wait_seconds ?? 0));
  const cost = sum(quarter?.countries ?? [], (row) => Number(row.cost));
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      <Figure label="Segments a second" value={perSecond(rate)} note="the last minute" />
      <Figure label="Delivered" value={percent(delivery)} note={`of ${short(weight)} messages, 15 min`} tone={toneOf(delivery)} />
      <Figure label="Errors" value={percent(errors)} note="of the answers of the last minute" tone={errors !== null && errors > 0.03 ? 'bad' : undefined} />
      <Figure label="Waiting" value={short(waiting)} note={waiting === 0 ? 'nothing waits' : `longest wait about ${duration(wait)}`} tone={wait > 300 ? 'warn' : undefined} />
      <Figure label="Time to receipt" value={duration(slowest(quarter))} note="95 % within, 15 min" />
      <Figure label="Vendor cost" value={money(cost, quarter?.currency)} note="the last 15 minutes" />
    </SimpleGrid>
  );
}

function Queues({ queues }: { queues: Queue[] }) {
  if (queues.length === 0) return <Empty title="Nothing waits">Messages go out as they come in.</Empty>;
  return (
    <Sheet
      label="Queues"
      rows={[...queues].sort((a, b) => b.waiting - a.waiting).slice(0, 12)}
      keyOf={(queue) => `${queue.connection} ${queue.class} ${queue.account_sid}`}
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

function Countries({ board }: { board: HealthBoard }) {
  if (board.countries.length === 0) return <Empty title="No traffic in the last 15 minutes">Send a message with the API or with <code>crosspoint send</code>, and its country appears here.</Empty>;
  return (
    <Sheet
      label="Countries"
      rows={[...board.countries].sort((a, b) => b.submitted - a.submitted)}
      keyOf={(row) => row.country}
      columns={[
        { title: 'Country', cell: (row) => countryName(row.country) },
        { title: 'A second', isNumber: true, cell: (row) => perSecond(row.per_second) },
        { title: 'Sent', isNumber: true, cell: (row) => short(row.sent) },
        { title: 'Delivered', isNumber: true, cell: (row) => <Delivery rate={row.delivery_rate} weight={row.delivery_weight} /> },
        { title: 'Errors', isNumber: true, cell: (row) => percent(row.error_rate) },
        { title: 'Receipt, 95 %', isNumber: true, cell: (row) => duration(row.receipt_seconds.p95) },
        { title: 'Cost', isNumber: true, cell: (row) => money(row.cost) },
      ]}
    />
  );
}

function sum<T>(rows: readonly T[], of: (row: T) => number) {
  return rows.reduce((total, row) => total + of(row), 0);
}

/** The quantile of the country that has most receipts: those of rows cannot be added. */
function slowest(board: HealthBoard | undefined) {
  const busiest = board?.countries.reduce<HealthBoard['countries'][number] | undefined>((best, row) => (best && best.delivered >= row.delivered ? best : row), undefined);
  return busiest?.receipt_seconds.p95 ?? null;
}
