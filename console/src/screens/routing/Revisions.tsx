import { $api } from '../../api/client';
import type { Revision, Routing } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { When } from '../../ui/When';

export const REVISION_STATES = {
  'in force': { color: 'green', text: 'What holds now.' },
  active: { color: 'blue', text: 'Takes over at its time.' },
  draft: { color: 'yellow', text: 'Stored; it has no effect until it is put into force.' },
  retired: { color: 'gray', text: 'Was in force before, and can be again.' },
};

export const stateOf = (revision: Revision, inForce: number | undefined) => (revision.revision === inForce ? 'in force' : revision.state);

export function Revisions({ head }: { head: Routing }) {
  const list = $api.useQuery('get', '/v1/routing/revisions', { params: { query: { limit: 200 } } }, { refetchInterval: 5000 });
  return (
    <Panel title="Revisions" note="drafts, and what was in force; the newest first">
      <Content of={list}>
        {(data) => (
          <Sheet
            label="Revisions"
            rows={data.revisions}
            keyOf={(row) => String(row.revision)}
            columns={[
              {
                title: 'Revision',
                cell: (row) => (
                  <Anchor to="/routing/revisions/$revision" params={{ revision: String(row.revision) }} fw={600}>
                    {row.revision}
                  </Anchor>
                ),
              },
              { title: 'State', cell: (row) => <StateBadge state={stateOf(row, head.in_force?.revision)} words={REVISION_STATES} /> },
              { title: 'Made by', cell: (row) => row.by },
              { title: 'At', cell: (row) => <When at={row.at} /> },
              { title: 'From revision', isNumber: true, cell: (row) => (row.parent > 0 ? row.parent : '–') },
              { title: 'In force since', cell: (row) => <When at={row.activated_at} /> },
              { title: 'By', cell: (row) => row.activated_by ?? '–' },
              { title: 'Why', cell: (row) => (row.note === '' ? '–' : row.note) },
            ]}
          />
        )}
      </Content>
    </Panel>
  );
}
