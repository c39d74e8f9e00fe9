import { Button, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { ChaosRun } from '../../api/schema';
import { useMay } from '../../api/session';
import { lab as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { duration, percent } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { Since } from '../../ui/When';
import { ExperimentForm } from './ExperimentForm';
import { Report } from './Report';
import { ENDS, FAULTS, PHASES } from './faults';

export function Experiments() {
  const { experiment } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const [isFormShown, showForm] = useState(false);
  const list = $api.useQuery(
    'get',
    '/v1/chaos',
    {},
    { refetchInterval: (query) => (query.state.data?.experiments.some((run) => run.phase !== 'done') ? 1000 : 5000) },
  );
  const runs = list.data?.experiments;
  const isBusy = runs?.some((run) => run.phase === 'injecting') ?? false;
  const shown = runs?.find((run) => run.number === experiment) ?? (experiment === undefined ? runs?.[0] : undefined);
  const show = (number: number) => void navigate({ search: { view: 'experiments', experiment: number } });
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <Panel
        title="Experiments"
        note="faults made on purpose"
        actions={
          may('manage_operation') &&
          !isFormShown && (
            <Button size="compact-sm" onClick={() => showForm(true)} disabled={isBusy}>
              New experiment
            </Button>
          )
        }
      >
        {isFormShown ? (
          <ExperimentForm
            onBegun={(run) => {
              showForm(false);
              void list.refetch();
              show(run.number);
            }}
            onLeave={() => showForm(false)}
          />
        ) : (
          <Content of={list}>{({ experiments }) => <List runs={experiments} />}</Content>
        )}
      </Panel>
      <Panel title={shown ? `Report of experiment ${shown.number}` : 'Report'}>
        {shown ? (
          <Report run={shown} onChanged={() => void list.refetch()} />
        ) : (
          <Empty title={experiment === undefined ? 'Nothing to report' : 'There is no such experiment'}>Fifty reports are kept, until the gateway is started anew.</Empty>
        )}
      </Panel>
    </SimpleGrid>
  );
}

function List({ runs }: { runs: ChaosRun[] }) {
  if (runs.length === 0)
    return (
      <Empty title="No experiment yet">
        A failover that was never seen to work does not work. An experiment lets one connection show a fault to a bounded share of its traffic, and writes down how fast the gateway noticed, moved the traffic and came back.
      </Empty>
    );
  return (
    <Sheet
      label="Experiments"
      rows={runs}
      keyOf={(run) => String(run.number)}
      columns={[
        { title: 'Experiment', cell: (run) => <Anchor to="/lab" search={{ view: 'experiments', experiment: run.number }} fw={600}>{`No. ${run.number}`}</Anchor> },
        { title: 'Fault', cell: (run) => `${FAULTS[run.experiment.fault].label} on ${run.experiment.connection}` },
        { title: 'Phase', cell: (run) => <StateBadge state={run.phase} words={PHASES} /> },
        { title: 'Share', isNumber: true, cell: (run) => percent(run.experiment.share) },
        { title: 'Began', cell: (run) => <Since at={run.started_at} /> },
        { title: 'For', isNumber: true, cell: (run) => duration(run.experiment.seconds) },
        { title: 'Ended by', cell: (run) => (run.ended_by ? ENDS[run.ended_by] : '–') },
        { title: 'Ordered by', cell: (run) => run.by },
      ]}
    />
  );
}
