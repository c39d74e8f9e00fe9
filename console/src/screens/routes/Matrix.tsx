import { Table, Text } from '@mantine/core';
import { $api } from '../../api/client';
import type { HealthCell } from '../../api/schema';
import { routes } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { toneOf } from '../../ui/Delivery';
import { Content, Empty } from '../../ui/Feedback';
import { countryName, percent, perSecond } from '../../ui/format';
import { IntervalSwitch } from '../../ui/IntervalSwitch';
import { Panel } from '../../ui/Page';
import './matrix.css';

/** Delivery by country and connection: a sick path is a dark field among light ones. */
export function Matrix() {
  const { interval = '15m' } = routes.useSearch();
  const navigate = routes.useNavigate();
  const cells = $api.useQuery('get', '/v1/health/cells', { params: { query: { level: 'country', interval, limit: 1000 } } }, { refetchInterval: 5000 });
  return (
    <Panel
      title="Delivery by country and connection"
      note="rate and segments a second"
      actions={<IntervalSwitch value={interval} onChange={(chosen) => void navigate({ search: (search) => ({ ...search, interval: chosen }), replace: true })} />}
    >
      <Content of={cells}>{(data) => <Grid cells={data.cells} />}</Content>
    </Panel>
  );
}

function Grid({ cells }: { cells: HealthCell[] }) {
  if (cells.length === 0) return <Empty title="No traffic in this interval">Choose a longer one, or send some messages.</Empty>;
  const connections = [...new Set(cells.map((cell) => cell.connection ?? ''))].sort();
  const countries = [...Map.groupBy(cells, (cell) => cell.country ?? 'unknown')].sort(([, a], [, b]) => submitted(b) - submitted(a));
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label="Delivery by country and connection">
      <Table className="numbers matrix" withColumnBorders verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Country</Table.Th>
            {connections.map((name) => (
              <Table.Th key={name} ta="center">
                <Anchor to="/routes/$name" params={{ name }}>
                  {name}
                </Anchor>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {countries.map(([country, row]) => (
            <Table.Tr key={country}>
              <Table.Th scope="row" fw={500}>
                {countryName(country)}
              </Table.Th>
              {connections.map((name) => (
                <Field key={name} cell={row.find((cell) => cell.connection === name)} country={country} name={name} />
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Field({ cell, country, name }: { cell: HealthCell | undefined; country: string; name: string }) {
  if (!cell) return <Table.Td ta="center" className="none" aria-label="no traffic" />;
  const tone = toneOf(cell.delivery_rate) ?? (cell.delivery_rate == null ? 'unknown' : 'good');
  return (
    <Table.Td ta="center" className={tone}>
      <Anchor to="/routes/$name" params={{ name }} search={{ country }} c="inherit" fw={600} size="sm">
        {percent(cell.delivery_rate)}
      </Anchor>
      <Text size="xs">{perSecond(cell.per_second)}</Text>
    </Table.Td>
  );
}

const submitted = (cells: HealthCell[]) => cells.reduce((total, cell) => total + cell.submitted, 0);
