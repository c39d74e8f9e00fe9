import { Group, Stack, Switch, Text, Timeline } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { HealthState } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { countryName, duration, networkName, percent } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { StateBadge } from '../../ui/StateBadge';
import { Since, When } from '../../ui/When';
import { CELL_STATES } from '../../ui/words';

/** What is not healthy, with what has happened to it; of one connection, or of all. */
export function States({ connection }: { connection?: string }) {
  const [areAllShown, showAll] = useState(false);
  const states = $api.useQuery('get', '/v1/health/states', { params: { query: { all: areAllShown } } }, { refetchInterval: 2000 });
  return (
    <Panel
      title="Health states"
      note="of connections on networks"
      actions={<Switch size="sm" label="With those that are healthy again" checked={areAllShown} onChange={(event) => showAll(event.currentTarget.checked)} />}
    >
      <Content of={states}>
        {(data) => {
          const rows = data.states.filter((row) => connection === undefined || row.connection === connection);
          return rows.length === 0 ? (
            <Empty title="All is healthy">A connection on a network appears here when it does worse than usual, and its messages go other ways.</Empty>
          ) : (
            <Stack gap="lg">
              {rows.map((row) => (
                <State key={`${row.connection} ${row.country} ${row.network} ${row.all_networks}`} row={row} />
              ))}
            </Stack>
          );
        }}
      </Content>
    </Panel>
  );
}

function State({ row }: { row: HealthState }) {
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <Text fw={600} component="div">
          <Anchor to="/routes/$name" params={{ name: row.connection }} underline="always">
            {row.connection}
          </Anchor>{' '}
          to {place(row)}
        </Text>
        <StateBadge state={row.state} words={CELL_STATES} />
        <Text size="sm" c="dimmed" component="div">
          takes {percent(row.share)} of its usual messages, <Since at={row.since} />
          {row.hold_left_seconds > 0 && `, held for another ${duration(row.hold_left_seconds)}`}
          {row.overridden && ', by an operator’s order'}
        </Text>
      </Group>
      <Text size="sm" className="sentence">
        {row.reason}
      </Text>
      <Timeline bulletSize={10} lineWidth={2} active={row.changes.length}>
        {[...row.changes].reverse().map((change) => (
          <Timeline.Item key={`${change.at} ${change.to}`} color={CELL_STATES[change.to]?.color ?? 'gray'}>
            <Text size="xs" component="div">
              <When at={change.at} /> · {change.from} → {change.to}, takes {percent(change.share)}
              {change.by && ` · ${change.by}`} · {change.reason}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Stack>
  );
}

function place(row: HealthState) {
  if (!row.country && !row.network) {
    const others = row.except.map((other) => `${countryName(other.country)} ${networkName(other.network)}`);
    return others.length === 0 ? 'all countries' : `all countries but for ${others.join(', ')}`;
  }
  return row.all_networks ? `${countryName(row.country)}, all networks` : `${countryName(row.country)} ${networkName(row.network)}`;
}
