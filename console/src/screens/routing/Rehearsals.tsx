import { $api } from '../../api/client';
import type { Simulation } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { When } from '../../ui/When';

const STATES = {
  running: { color: 'blue', text: 'Messages are being decided.' },
  done: { color: 'green', text: 'There is a report.' },
  canceled: { color: 'gray', text: 'Somebody canceled it.' },
  failed: { color: 'red', text: 'It could not be brought to its end.' },
};

/** The last rehearsals of this gateway, whoever made them. */
export function Rehearsals() {
  const list = $api.useQuery('get', '/v1/routing/simulations', {}, { refetchInterval: 3000 });
  return (
    <Panel title="Rehearsals" note="the last ten, until a restart">
      <Content of={list}>
        {(data) =>
          data.simulations.length === 0 ? (
            <Empty title="Nothing was rehearsed yet">Change the plan, and rehearse it with what was sent: it shows what would go another way before anything does.</Empty>
          ) : (
            <Sheet
              label="Rehearsals"
              rows={data.simulations}
              keyOf={(row) => row.id}
              columns={[
                {
                  title: 'Begun',
                  cell: (row) => (
                    <Anchor to="/routing/rehearsals/$id" params={{ id: row.id }}>
                      <When at={row.started_at} />
                    </Anchor>
                  ),
                },
                { title: 'State', cell: (row) => <StateBadge state={row.state} words={STATES} /> },
                { title: 'Plan', cell: planOf },
                { title: 'Against', cell: (row) => `revision ${row.against_revision}` },
                {
                  title: 'Messages of',
                  cell: (row) =>
                    row.of === 'sample' ? (
                      'a sample'
                    ) : (
                      <>
                        <When at={row.from} /> to <When at={row.to} />
                      </>
                    ),
                },
                { title: 'Decided', isNumber: true, cell: (row) => count(row.progress.messages) },
              ]}
            />
          )
        }
      </Content>
    </Panel>
  );
}

const planOf = (row: Simulation) =>
  row.plan_revision ? (
    <Anchor to="/routing/revisions/$revision" params={{ revision: String(row.plan_revision) }}>
      revision {row.plan_revision}
    </Anchor>
  ) : (
    `a change, ${count(row.plan_rules)} ${row.plan_rules === 1 ? 'rule' : 'rules'}`
  );
