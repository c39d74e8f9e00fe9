import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { rates as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { NOTHING, countryName, networkName, price } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';

const BY = { network: 'network', prefix: 'prefix', country: 'country' } as Record<string, string>;

/** What a segment to one number costs on each connection now, with all its parts. */
export function PriceOf() {
  const { to } = route.useSearch();
  const navigate = route.useNavigate();
  const [number, setNumber] = useState(to ?? '');
  const asked = to && /^\d/.test(to) ? `+${to}` : (to ?? '');
  const report = $api.useQuery('get', '/v1/rates/price', { params: { query: { to: asked } } }, { enabled: asked !== '', placeholderData: undefined });
  const isOfNumber = isProblem(report.error) && report.error.field === 'to';
  return (
    <Panel title="Price of a number" note="now, for a segment">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ search: { view: 'price', to: number } });
        }}
      >
        <Group align="flex-start" gap="sm" mb="md">
          <TextInput aria-label="Number" placeholder="+4915112345678" required w={240} value={number} onChange={(event) => setNumber(event.currentTarget.value)} error={isOfNumber ? wordsOf(report.error) : undefined} />
          <Button type="submit" loading={report.isFetching}>
            Show
          </Button>
        </Group>
      </form>
      {asked === '' ? (
        <Empty title="Ask about a number">You are told its price on each connection, with the row of the deck that it comes from, the conversion, and fees.</Empty>
      ) : isOfNumber ? null : (
        <Content of={report}>
          {(data) => (
            <Stack gap="sm">
              <Text size="sm">
                {countryName(data.country)}, {networkName(data.network)}.
              </Text>
              <Sheet
                label="Prices"
                rows={data.connections}
                keyOf={(row) => row.connection}
                columns={[
                  {
                    title: 'Connection',
                    cell: (row) => (
                      <Anchor to="/rates/$connection" params={{ connection: row.connection }}>
                        {row.connection}
                      </Anchor>
                    ),
                  },
                  { title: `In all, ${data.currency}`, isNumber: true, cell: (row) => <strong>{row.cost ? price(row.cost.total) : 'no price'}</strong> },
                  { title: 'By', cell: (row) => (row.cost ? `${BY[row.cost.row.by] ?? row.cost.row.by} ${row.cost.row.destination}` : NOTHING) },
                  { title: 'Row', isNumber: true, cell: (row) => (row.cost ? `${price(row.cost.row.price)} ${row.cost.row.currency}` : NOTHING) },
                  { title: 'Converted', isNumber: true, cell: (row) => row.cost ? price(row.cost.price) : NOTHING },
                  { title: 'Fees', cell: (row) => (row.cost && row.cost.fees.length > 0 ? row.cost.fees.map((fee) => `${fee.name} ${fee.price}`).join(', ') : NOTHING) },
                  { title: 'Revision', isNumber: true, cell: (row) => (row.cost && row.cost.revision > 0 ? row.cost.revision : NOTHING) },
                ]}
              />
            </Stack>
          )}
        </Content>
      )}
    </Panel>
  );
}
