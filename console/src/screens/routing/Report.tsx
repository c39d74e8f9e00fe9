import { Alert, Button, Group, Progress, Spoiler, Stack, Table, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import type { RehearsalMove, RehearsalReport, RehearsalSide, Simulation } from '../../api/schema';
import { Content, Empty } from '../../ui/Feedback';
import { count, countryName, money, percent } from '../../ui/format';
import { Sheet } from '../../ui/Sheet';
import { told } from '../../ui/told';
import { When } from '../../ui/When';

const POLL_MS = 500;

/** A rehearsal as it goes on, and what it found. */
export function Rehearsal({ id }: { id: string }) {
  const simulation = useSimulation(id);
  return <Content of={simulation}>{(data) => <Body of={data} />}</Content>;
}

export const useSimulation = (id: string | undefined) =>
  $api.useQuery(
    'get',
    '/v1/routing/simulations/{id}',
    { params: { path: { id: id ?? '' } } },
    { enabled: id !== undefined, placeholderData: undefined, refetchInterval: (query) => (query.state.data?.state === 'running' ? POLL_MS : false) },
  );

function Body({ of }: { of: Simulation }) {
  const queries = useQueryClient();
  const may = useMay();
  const cancel = $api.useMutation('delete', '/v1/routing/simulations/{id}', {
    onError: told.failed,
    onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/routing/simulations/{id}'] }),
  });
  if (of.state === 'running')
    return (
      <Stack gap="xs" role="status">
        <Progress value={(of.progress.part ?? 0) * 100} aria-label="Part of the messages" animated />
        <Group justify="space-between">
          <Text size="sm">
            {count(of.progress.messages)} messages decided{of.progress.part !== null && `, ${percent(of.progress.part)} of the time range`}
          </Text>
          {may('manage_routing') && (
            <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({ params: { path: { id: of.id } } })}>
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    );
  if (of.state === 'canceled') return <Empty title="Canceled">Nothing of it counts. Rehearse again when you like.</Empty>;
  if (!of.report)
    return (
      <Alert color="red" variant="light" title="It could not be rehearsed" role="alert">
        {of.fault ?? 'Nothing is known of why. Try again.'}
      </Alert>
    );
  if (of.report.messages === 0) return <Empty title="No messages in this time">Choose a longer time: what was sent in it is decided anew by both plans.</Empty>;
  return <Report of={of.report} simulation={of} />;
}

function Report({ of, simulation }: { of: RehearsalReport; simulation: Simulation }) {
  return (
    <Stack gap="md">
      <Text size="sm" component="div">
        <strong>{count(of.moved)}</strong> of {count(of.messages)} messages ({percent(of.messages === 0 ? 0 : of.moved / of.messages)}) would go another way than by revision {simulation.against_revision}
        {simulation.from && (
          <>
            ; accepted from <When at={simulation.from} /> to <When at={simulation.to} />
          </>
        )}
        {simulation.of === 'sample' && ', of a sample'}
        .
      </Text>
      <Sides of={of} />
      <Text size="xs" c="dimmed">
        {unpricedOf(of) > 0 && `The cost leaves out what has no price: ${count(of.before.unpriced)} messages in force, ${count(of.after.unpriced)} by this change. `}
        Decided with the prices and the quality of now, and every connection up. In 95 of 100 cases delivery is no further off than its error says.
      </Text>
      <Moves of={of.moves} currency={of.currency} />
      {of.countries.length > 0 && (
        <Spoiler maxHeight={230} showLabel="All countries" hideLabel="Fewer">
          <Title order={3} size="h6" mb={4}>
            By country
          </Title>
          <Sheet
            label="By country"
            rows={of.countries}
            keyOf={(row) => row.country}
            columns={[
              { title: 'Country', cell: (row) => countryName(row.country) },
              { title: 'Messages', isNumber: true, cell: (row) => count(row.messages) },
              { title: 'Moved', isNumber: true, cell: (row) => count(row.moved) },
              { title: 'No route', isNumber: true, cell: (row) => pair(row.before.no_route, row.after.no_route) },
              { title: `Cost, ${of.currency}`, isNumber: true, cell: (row) => `${money(row.before.cost)} → ${money(row.after.cost)}` },
              { title: 'Delivered, expected', isNumber: true, cell: (row) => `${rate(row.before)} → ${rate(row.after)}` },
            ]}
          />
        </Spoiler>
      )}
    </Stack>
  );
}

function Sides({ of }: { of: RehearsalReport }) {
  const { before, after } = of;
  const rows: { name: string; before: string; after: string; change: string; isBad?: boolean; isGood?: boolean }[] = [
    counted('With a route', before.routed, after.routed, -1),
    counted('Without a route', before.no_route, after.no_route, 1),
    counted('Denied', before.denied, after.denied, 0),
    counted('Without a price', before.unpriced, after.unpriced, 1),
    counted('Of unmeasured quality', before.unmeasured, after.unmeasured, 0),
    { name: `Cost, ${of.currency}`, before: money(before.cost), after: money(after.cost), change: signed(of.cost_change, money), isBad: Number(of.cost_change) > 0, isGood: Number(of.cost_change) < 0 && after.unpriced <= before.unpriced },
    {
      name: 'Delivered, expected',
      before: `${count(before.delivered)} ± ${error(before.delivered_error)}`,
      after: `${count(after.delivered)} ± ${error(after.delivered_error)}`,
      change: `${signed(of.delivered_change, (value) => count(Number(value)))} ± ${error(of.delivered_change_error)}`,
      // What lies within the error is no change that is known.
      isBad: of.delivered_change < -of.delivered_change_error,
      isGood: of.delivered_change > of.delivered_change_error,
    },
  ];
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label="Before and after">
      <Table className="numbers" verticalSpacing={6} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Messages</Table.Th>
            <Table.Th ta="right">In force</Table.Th>
            <Table.Th ta="right">This change</Table.Th>
            <Table.Th ta="right">Difference</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Th scope="row" fw={500}>
                {row.name}
              </Table.Th>
              <Table.Td ta="right">{row.before}</Table.Td>
              <Table.Td ta="right">{row.after}</Table.Td>
              <Table.Td ta="right" fw={600} c={row.isBad ? 'var(--crosspoint-bad)' : undefined}>
                {row.isBad && '▼ '}
                {row.isGood && '▲ '}
                {row.change}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Moves({ of, currency }: { of: RehearsalMove[]; currency: string }) {
  if (of.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        What moves
      </Title>
      <Sheet
        label="What moves"
        rows={of}
        keyOf={(row) => `${row.from ?? row.from_outcome} ${row.to ?? row.to_outcome}`}
        columns={[
          { title: 'From', cell: (row) => place(row.from, row.from_outcome) },
          { title: 'To', cell: (row) => place(row.to, row.to_outcome) },
          { title: 'Messages', isNumber: true, cell: (row) => count(row.messages) },
          { title: 'Segments', isNumber: true, cell: (row) => count(row.segments) },
          { title: `Cost, ${currency}`, isNumber: true, cell: (row) => `${money(row.cost_before)} → ${money(row.cost_after)}` },
        ]}
      />
    </div>
  );
}

const unpricedOf = (of: RehearsalReport) => of.before.unpriced + of.after.unpriced;

const place = (connection: string | null, outcome: RehearsalMove['to_outcome']) => connection ?? (outcome === 'denied' ? 'denied' : 'no route');

const pair = (before: number, after: number) => (before === after ? count(before) : `${count(before)} → ${count(after)}`);

const rate = (side: RehearsalSide) => (side.routed === 0 ? '–' : percent(side.delivered / side.routed));

const error = (value: number) => (value > 0 && value < 10 ? value.toFixed(1) : count(value));

function signed(value: string | number, write: (value: string | number) => string) {
  return Number(value) === 0 ? '–' : Number(value) > 0 ? `+${write(value)}` : write(value).replace('-', '−');
}

/** @param bad The sign of a change that is worth a look. */
function counted(name: string, before: number, after: number, bad: -1 | 0 | 1) {
  const change = after - before;
  return { name, before: count(before), after: count(after), change: signed(change, (value) => count(Number(value))), isBad: bad !== 0 && Math.sign(change) === bad };
}
