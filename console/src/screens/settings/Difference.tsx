import { SimpleGrid, Text } from '@mantine/core';
import { $api } from '../../api/client';
import { Content, Empty } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { Figure } from '../../ui/Page';
import type { Kind } from './kinds';
import './difference.css';

export function Difference({ kind, name, revision }: { kind: Kind; name: string; revision: number }) {
  return kind === 'deck' ? <OfDeck connection={name} revision={revision} /> : <OfText kind={kind} name={name} revision={revision} />;
}

const SIGNS = { added: '+', removed: '−', same: ' ' };
const SPOKEN = { added: 'added', removed: 'taken out', same: '' };

function OfText({ kind, name, revision }: { kind: Kind; name: string; revision: number }) {
  const diff = $api.useQuery('get', '/v1/revisions/{kind}/{name}/{revision}/diff', { params: { path: { kind, name, revision } } });
  return (
    <Content of={diff}>
      {(data) =>
        data.lines.length === 0 ? (
          <Empty title="No difference">Both say the same.</Empty>
        ) : (
          <div className="difference scrolls mono" tabIndex={0} role="region" aria-label="Difference">
            {data.lines.map((line, index) => {
              const last = data.lines[index - 1];
              const isGap = last !== undefined && (line.before ?? line.after ?? 0) - (last.before ?? last.after ?? 0) > 1 && line.change === 'same';
              return (
                <div key={`${line.before}:${line.after}`} className={`line ${line.change}${isGap ? ' gap' : ''}`}>
                  <span aria-hidden className="sign">
                    {SIGNS[line.change]}
                  </span>
                  {SPOKEN[line.change] && <span className="spoken">{SPOKEN[line.change]}: </span>}
                  {line.text}
                </div>
              );
            })}
          </div>
        )
      }
    </Content>
  );
}

function OfDeck({ connection, revision }: { connection: string; revision: number }) {
  const diff = $api.useQuery('get', '/v1/decks/{connection}/revisions/{revision}/diff', { params: { path: { connection, revision } } });
  return (
    <Content of={diff}>
      {(data) => (
        <>
          <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
            <Figure label="Dearer" value={count(data.dearer)} note={data.dearer ? `by ${data.mean_rise_percent} % on average` : undefined} />
            <Figure label="Cheaper" value={count(data.cheaper)} note={data.cheaper ? `by ${data.mean_fall_percent} % on average` : undefined} />
            <Figure label="New" value={count(data.new)} />
            <Figure label="Gone" value={count(data.gone)} />
          </SimpleGrid>
          <Text size="sm" c="dimmed" mt="sm">
            {count(data.unchanged)} prices are as they were.
          </Text>
        </>
      )}
    </Content>
  );
}
