import { $api } from '../../api/client';
import type { Deck } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { NOTHING, count } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';

export const SOURCES: Record<Deck['source'], string> = { file: 'configuration file', store: 'imported', none: 'no deck yet' };

/** The rate decks, one of each connection. */
export function DeckTable() {
  const decks = $api.useQuery('get', '/v1/decks', {}, { refetchInterval: 10_000 });
  return (
    <Panel title="Decks" note="what a segment costs on each connection">
      <Content of={decks}>
        {(data) =>
          data.decks.length === 0 ? (
            <Empty title="There are no connections">Add one under vendors in the configuration: each has one deck.</Empty>
          ) : (
            <Sheet
              label="Decks"
              rows={data.decks}
              keyOf={(row) => row.connection}
              columns={[
                {
                  title: 'Connection',
                  cell: (row) => (
                    <Anchor to="/rates/$connection" params={{ connection: row.connection }} fw={600}>
                      {row.connection}
                    </Anchor>
                  ),
                },
                { title: 'From', cell: (row) => SOURCES[row.source] },
                { title: 'Prices now', isNumber: true, cell: (row) => count(row.prices) },
                { title: 'Rows', isNumber: true, cell: (row) => count(row.rows) },
                { title: 'Currencies', cell: (row) => (row.currencies.length > 0 ? row.currencies.join(', ') : NOTHING) },
                { title: 'Revision', isNumber: true, cell: (row) => row.in_force?.revision ?? NOTHING },
                { title: 'In force since', cell: (row) => <When at={row.in_force?.activated_at} /> },
                { title: 'By', cell: (row) => row.in_force?.activated_by ?? NOTHING },
                { title: 'Changes next', cell: (row) => <When at={row.next_change ?? row.scheduled[0]?.valid_from} /> },
              ]}
            />
          )
        }
      </Content>
    </Panel>
  );
}
