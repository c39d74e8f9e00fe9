import { List, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client';
import type { Explanation } from '../../api/schema';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';

/** Why it went where it went, in the gateway's sentences. */
export function Decisions({ id, isOver }: { id: string; isOver: boolean }) {
  const explained = $api.useQuery('get', '/v1/messages/{id}/explain', { params: { path: { id } } }, { refetchInterval: isOver ? 15_000 : 2000 });
  return (
    <Panel title="Decision" note="why this way, and not another">
      <Content of={explained}>
        {({ decisions }) =>
          decisions.length === 0 ? (
            <Empty title="Not decided yet">The way is chosen when the message is about to be sent.</Empty>
          ) : (
            <Stack gap="md">
              {decisions.map((decision, place) => (
                <Decision key={place} of={decision} />
              ))}
            </Stack>
          )
        }
      </Content>
    </Panel>
  );
}

function Decision({ of }: { of: Explanation }) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {of.attempt ? `Attempt ${of.attempt}: ` : ''}
        {of.outcome}
      </Text>
      <List size="sm" spacing={2}>
        {[of.message, of.matched, ...of.not_matched, ...of.order].map((sentence, place) => (
          <List.Item key={place}>{sentence}</List.Item>
        ))}
      </List>
      {of.candidates.length > 0 && (
        <Sheet
          label={of.attempt ? `Candidates of attempt ${of.attempt}` : 'Candidates'}
          rows={of.candidates}
          keyOf={(row) => `${row.place}`}
          columns={[
            { title: '', isNumber: true, cell: (row) => row.place },
            { title: 'Connection', cell: (row) => row.connection },
            { title: 'Why', isText: true, cell: (row) => row.reason },
            { title: 'Price', cell: (row) => row.price ?? '–' },
            { title: 'Quality', cell: (row) => row.quality ?? '–' },
            { title: 'Health', cell: (row) => row.health ?? '–' },
          ]}
        />
      )}
    </Stack>
  );
}
