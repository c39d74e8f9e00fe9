import { Group, Stack, Text } from '@mantine/core';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import { Anchor } from '../../ui/Anchor';
import { count } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { StateBadge } from '../../ui/StateBadge';
import { Since } from '../../ui/When';
import { SEVERITIES } from '../../ui/words';
import { Quiet, Silenced } from './Quiet';

const SHOWN = 3;

/** The alerts that last, where whoever signs in sees them first; nothing while there are none. */
export function OpenAlerts() {
  const may = useMay();
  const alerts = $api.useQuery('get', '/v1/alerts', { params: { query: { state: 'unresolved', limit: 100 } } }, { refetchInterval: 3000 });
  const all = alerts.data?.alerts ?? [];
  if (all.length === 0) return null;
  // Those that are loud are shown before others. They stand in the order of the list: none moves away under the pointer of who silences it.
  const first = [...all].sort((a, b) => Number(a.silence !== null) - Number(b.silence !== null)).slice(0, SHOWN);
  const shown = all.filter((alert) => first.includes(alert));
  return (
    <Panel title="Alerts that last" actions={<Anchor to="/alerts" size="sm">{all.length > SHOWN ? `All ${count(all.length)} alerts` : 'Alerts'}</Anchor>}>
      <Stack gap="sm">
        {shown.map((alert) => (
          <Group key={alert.id} gap="xs" align="flex-start">
            <StateBadge state={alert.severity} words={SEVERITIES} />
            <Stack gap={2} style={{ flex: '1 1 240px', minWidth: 0 }}>
              <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                {alert.title}
              </Text>
              <Group gap="xs">
                <Text size="xs" c="dimmed" component="div">
                  <Since at={alert.opened_at} />
                  {alert.acknowledged_by && ` · ${alert.acknowledged_by} looks at it`}
                </Text>
                <Silenced alert={alert} />
              </Group>
            </Stack>
            {may('manage_operation') && <Quiet alert={alert} />}
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
