import { Button, Group, SimpleGrid, Text } from '@mantine/core';
import { modals } from '../../ui/modals';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { Connection, HealthCell, HealthState } from '../../api/schema';
import { connection as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { HistoryChart, SpanSwitch } from '../../ui/charts/HistoryChart';
import { Delivery, toneOf } from '../../ui/Delivery';
import { Content, Empty } from '../../ui/Feedback';
import { count, countryName, duration, money, networkName, percent, perSecond, short } from '../../ui/format';
import { IntervalSwitch } from '../../ui/IntervalSwitch';
import { Figure, Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { USES, errorText, statusText } from '../../ui/words';
import { RateCap } from './RateCap';
import { States } from './States';

export function ConnectionPage() {
  const { name } = route.useParams();
  const { interval = '15m', country, network, span = '1h' } = route.useSearch();
  const navigate = route.useNavigate();
  const connection = $api.useQuery('get', '/v1/connections/{name}', { params: { path: { name } } }, { refetchInterval: 2000 });
  const cells = $api.useQuery(
    'get',
    '/v1/health/cells',
    { params: { query: { level: 'network', interval, connection: name, ...(country ? { country } : {}), limit: 1000 } } },
    { refetchInterval: 3000 },
  );
  const whole = $api.useQuery('get', '/v1/health/cells', { params: { query: { level: 'connection', interval, connection: name } } }, { refetchInterval: 3000 });
  const states = $api.useQuery('get', '/v1/health/states', { params: { query: { all: true } } }, { refetchInterval: 10_000 });
  const scope = { connection: name, country, network };
  const shades = shadesOf((states.data?.states ?? []).filter((row) => isWithin(row, scope)));
  if (!connection.data && isProblem(connection.error) && connection.error.status === 404)
    return (
      <Page title={name}>
        <Empty title="There is no such connection">
          It was removed, or the name is not right. <Anchor to="/routes" underline="always">To the connections</Anchor>
        </Empty>
      </Page>
    );
  return (
    <Page title={name} actions={connection.data && <Actions of={connection.data} />}>
      <Content of={connection} rows={2}>
        {(data) => <Figures of={data} health={whole.data?.cells[0]} />}
      </Content>
      <Panel
        title="History"
        note={country ? `${countryName(country)}${network ? `, network ${networkName(network)}` : ''}` : 'all countries'}
        actions={
          <Group gap="xs">
            {country && <Widen />}
            <SpanSwitch value={span} onChange={(chosen) => void navigate({ search: (search) => ({ ...search, span: chosen }), replace: true })} />
          </Group>
        }
      >
        <HistoryChart scope={scope} span={span} shades={shades} withDelays note={shades.length > 0 ? `Shaded: ${[...new Set(shades.map((shade) => shade.words))].join('; ')}.` : undefined} />
      </Panel>
      <Panel
        title="Networks"
        note={country ? `in ${countryName(country)}` : undefined}
        actions={
          <Group gap="xs">
            {country && <Widen />}
            <IntervalSwitch value={interval} onChange={(chosen) => void navigate({ search: (search) => ({ ...search, interval: chosen }), replace: true })} />
          </Group>
        }
      >
        <Content of={cells}>{(data) => <Networks cells={data.cells} name={name} />}</Content>
      </Panel>
      <States connection={name} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Panel title="Refusals" note="by command status">
          <Content of={whole}>{(data) => <Statuses cell={data.cells[0]} />}</Content>
        </Panel>
        <Panel title="Not delivered" note="by error code">
          <Content of={whole}>{(data) => <Errors cell={data.cells[0]} />}</Content>
        </Panel>
      </SimpleGrid>
      <Panel title="Sessions">
        <Content of={connection}>{(data) => <Sessions of={data} />}</Content>
      </Panel>
    </Page>
  );
}

function Figures({ of, health }: { of: Connection; health: HealthCell | undefined }) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing={{ base: 'xs', sm: 'sm' }}>
      <Figure label="State" value={<StateBadge state={of.use} words={USES} />} note={of.vendor} />
      <Figure label="Segments a second" value={perSecond(health?.per_second ?? 0)} note={of.rate_cap ? `capped at ${of.rate_cap} by an operator` : of.rate > 0 ? `of ${of.rate} allowed` : 'no limit set'} />
      <Figure label="In flight" value={count(of.in_flight)} note={`of ${of.in_flight_window} a session`} />
      <Figure label="Waiting" value={short(of.queued)} note="messages" />
      <Figure label="Delivered" value={percent(health?.delivery_rate)} note={`of ${short(health?.delivery_weight ?? 0)} messages`} tone={toneOf(health?.delivery_rate)} />
      <Figure label="Answer, 95 %" value={duration(health?.response_seconds.p95)} note={`99 %: ${duration(health?.response_seconds.p99)}`} />
    </SimpleGrid>
  );
}

/** Back to the whole connection. */
function Widen() {
  const navigate = route.useNavigate();
  return (
    <Button size="compact-sm" variant="subtle" onClick={() => void navigate({ search: (search) => ({ ...search, country: undefined, network: undefined }) })}>
      All countries
    </Button>
  );
}

interface Scope {
  connection: string;
  country: string | undefined;
  network: string | undefined;
}

/** Whether a health state concerns what is shown. */
function isWithin(row: HealthState, { connection, country, network }: Scope) {
  if (row.connection !== connection) return false;
  if (!country) return true;
  if (row.country === null) return !network || !row.except.some((other) => other.country === country && other.network === network);
  return row.country === country && (!network || row.all_networks || row.network === network);
}

/** When a cell was not healthy, as far as is known. */
function shadesOf(rows: HealthState[]) {
  return rows.flatMap((row) => {
    const place = row.country ? `${countryName(row.country)}${row.network ? ` ${row.network}` : ''}` : 'all countries';
    const changes = [...row.changes].reverse();
    return changes.flatMap((change, i) => {
      if (change.to === 'healthy') return [];
      const from = new Date(change.at).getTime();
      const next = changes[i + 1];
      // Rows are asked for again every ten seconds: that is as far as the present reaches.
      const to = next ? new Date(next.at).getTime() : Date.now();
      return to - from < 1000 ? [] : [{ from, to, state: change.to, words: `${place} ${change.to}` }];
    });
  });
}

function Networks({ cells, name }: { cells: HealthCell[]; name: string }) {
  if (cells.length === 0) return <Empty title="No traffic in this interval">Choose a longer interval.</Empty>;
  return (
    <Sheet
      label="Networks"
      most={15}
      rows={[...cells].sort((a, b) => b.submitted - a.submitted)}
      keyOf={(cell) => `${cell.country} ${cell.network}`}
      columns={[
        {
          title: 'Network',
          cell: (cell) => (
            <>
              {countryName(cell.country)}{' '}
              <Anchor to="/routes/$name" params={{ name }} search={(search) => ({ ...search, country: cell.country ?? 'unknown', network: cell.network ?? 'unknown' })} underline="always" title="Its history">
                {networkName(cell.network)}
              </Anchor>
            </>
          ),
        },
        { title: 'A second', isNumber: true, cell: (cell) => perSecond(cell.per_second) },
        { title: 'Accepted', isNumber: true, cell: (cell) => short(cell.accepted) },
        { title: 'Delivered', isNumber: true, cell: (cell) => <Delivery rate={cell.delivery_rate} weight={cell.delivery_weight} /> },
        { title: 'Errors', isNumber: true, cell: (cell) => percent(cell.error_rate) },
        { title: 'Throttled', isNumber: true, cell: (cell) => short(cell.throttled) },
        { title: 'Answer, 95 %', isNumber: true, cell: (cell) => duration(cell.response_seconds.p95) },
        { title: 'Receipt, 50 %', isNumber: true, cell: (cell) => duration(cell.receipt_seconds.p50) },
        { title: 'Receipt, 95 %', isNumber: true, cell: (cell) => duration(cell.receipt_seconds.p95) },
        { title: 'Cost', isNumber: true, cell: (cell) => money(cell.cost) },
      ]}
    />
  );
}

function Statuses({ cell }: { cell: HealthCell | undefined }) {
  if (!cell || cell.statuses.length === 0) return <Empty title="No refusals">Nothing was refused in this interval.</Empty>;
  return (
    <Sheet
      label="Refusals"
      rows={cell.statuses}
      keyOf={(row) => row.status ?? 'others'}
      columns={[
        { title: 'Status', cell: (row) => <span className="mono">{row.status ?? 'others'}</span> },
        { title: 'What it means', isText: true, cell: (row) => statusText(row.status) ?? '' },
        { title: 'Segments', isNumber: true, cell: (row) => <Bar of={row.segments} most={cell.statuses[0]!.segments} /> },
      ]}
    />
  );
}

function Errors({ cell }: { cell: HealthCell | undefined }) {
  if (!cell || cell.errors.length === 0) return <Empty title="Nothing of that">No message ended without having arrived in this interval.</Empty>;
  return (
    <Sheet
      label="Not delivered"
      rows={cell.errors}
      keyOf={(row) => String(row.error_code ?? 'others')}
      columns={[
        { title: 'Error code', cell: (row) => <span className="mono">{row.error_code ?? 'others'}</span> },
        { title: 'What it means', isText: true, cell: (row) => errorText(row.error_code) ?? '' },
        { title: 'Messages', isNumber: true, cell: (row) => <Bar of={row.messages} most={cell.errors[0]!.messages} /> },
      ]}
    />
  );
}

/** A count with its length beside the largest of its table. */
function Bar({ of, most }: { of: number; most: number }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <span aria-hidden style={{ width: 56, height: 8, borderRadius: 4, background: 'var(--crosspoint-unknown-field)' }}>
        <span style={{ display: 'block', width: `${(of / Math.max(1, most)) * 100}%`, height: '100%', borderRadius: 4, background: 'var(--mantine-primary-color-filled)' }} />
      </span>
      {count(of)}
    </span>
  );
}

function Sessions({ of }: { of: Connection }) {
  if (of.sessions.length === 0) return <Empty title="No sessions">This connection has none at the moment.</Empty>;
  return (
    <Sheet
      label="Sessions"
      rows={of.sessions.map((session, number) => ({ ...session, number: number + 1 }))}
      keyOf={(row) => String(row.number)}
      columns={[
        { title: '', isNumber: true, cell: (row) => row.number },
        { title: 'State', cell: (row) => row.state },
        { title: 'Host', cell: (row) => <span className="mono">{row.host}</span> },
        { title: 'In flight', isNumber: true, cell: (row) => count(row.in_flight) },
        { title: 'Last error', isText: true, cell: (row) => row.last_error ?? '–' },
      ]}
    />
  );
}

const ACTIONS = {
  pause: { path: '/v1/connections/{name}/pause', label: 'Pause', text: 'It takes no messages until it is resumed. They wait, or go other ways.' },
  resume: { path: '/v1/connections/{name}/resume', label: 'Resume', text: 'It takes messages again.' },
  drain: { path: '/v1/connections/{name}/drain', label: 'Drain', text: 'It takes no new messages and finishes what it holds.' },
  restart: { path: '/v1/connections/{name}/restart', label: 'Restart', text: 'Its sessions finish what is in flight, unbind, and are bound again.' },
} as const;

function Actions({ of }: { of: Connection }) {
  const queries = useQueryClient();
  const pause = $api.useMutation('post', ACTIONS.pause.path);
  const resume = $api.useMutation('post', ACTIONS.resume.path);
  const drain = $api.useMutation('post', ACTIONS.drain.path);
  const restart = $api.useMutation('post', ACTIONS.restart.path);
  const mutations = { pause, resume, drain, restart };
  const choices = of.use === 'usable' || of.use === 'down' ? (['pause', 'drain', 'restart'] as const) : (['resume', 'restart'] as const);
  const buttons = choices.map((choice) => (
    <Button
      key={choice}
      size="sm"
      variant="default"
      loading={mutations[choice].isPending}
      onClick={() =>
        modals.confirm({
          title: `${ACTIONS[choice].label} ${of.name}?`,
          text: ACTIONS[choice].text,
          label: ACTIONS[choice].label,
          act: () =>
            mutations[choice].mutate(
              { params: { path: { name: of.name } } },
              {
                onSuccess: (change) => notifications.show({ message: <Text size="sm">{change.note}</Text>, color: 'green' }),
                onError: (error) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red' }),
                onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/connections/{name}'] }),
              },
            ),
        })
      }
    >
      {ACTIONS[choice].label}
    </Button>
  ));
  return (
    <>
      <RateCap of={of} />
      {buttons}
    </>
  );
}
