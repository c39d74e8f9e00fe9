import { Button, Group, Paper, Spoiler, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { $api } from '../../api/client';
import { wordsOf } from '../../api/problem';
import { useMay } from '../../api/session';
import type { Alert } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { tied } from '../../ui/format';
import { Sentence } from '../../ui/Sentence';
import { StateBadge } from '../../ui/StateBadge';
import { Since } from '../../ui/When';
import { INCIDENT_STATES, SEVERITIES } from '../../ui/words';
import { Quiet, Silenced } from './Quiet';

export function AlertList({ isOpen }: { isOpen: boolean }) {
  const query = isOpen ? { state: 'unresolved' as const, limit: 100 } : { limit: 100 };
  const alerts = $api.useQuery('get', '/v1/alerts', { params: { query } }, { refetchInterval: 3000 });
  return (
    <Content of={alerts}>
      {(data) =>
        data.alerts.length === 0 ? (
          <Empty title={isOpen ? 'No alerts' : 'There has been no alert yet'}>An alert begins when an incident opens, or when a reading is past its threshold. The thresholds are under alerts in the configuration.</Empty>
        ) : (
          <Stack gap="sm">
            {data.alerts.map((alert) => (
              <Row key={alert.id} alert={alert} />
            ))}
          </Stack>
        )
      }
    </Content>
  );
}

function Row({ alert }: { alert: Alert }) {
  const may = useMay();
  const queries = useQueryClient();
  const outcome = {
    onError: (error: unknown) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red' }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/alerts'] }),
  };
  const acknowledge = $api.useMutation('post', '/v1/alerts/{alert}/acknowledge', outcome);
  const mark = $api.useMutation('post', '/v1/alerts/{alert}/mark', outcome);
  const path = { params: { path: { alert: alert.id } } };
  return (
    <Paper component="article" withBorder p="md" radius="md" aria-label={alert.title}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} style={{ flex: '1 1 260px', minWidth: 0 }}>
          <Group gap="xs">
            <StateBadge state={alert.severity} words={SEVERITIES} />
            <StateBadge state={alert.state} words={INCIDENT_STATES} />
            <Silenced alert={alert} />
            <Text size="xs" c="dimmed" component="div">
              <Since at={alert.opened_at} />
              {alert.acknowledged_by && ` · ${alert.acknowledged_by} looks at it`}
            </Text>
          </Group>
          <Text fw={600}>{tied(alert.title)}</Text>
          <Spoiler maxHeight={140} showLabel="More" hideLabel="Less">
            <Text size="sm" component="div" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
              <Sentence text={beyondTitle(alert)} />
            </Text>
          </Spoiler>
          {alert.incident && (
            <Anchor to="/incidents/$id" params={{ id: alert.incident }} size="sm">
              The incident
            </Anchor>
          )}
        </Stack>
        {may('manage_operation') && (
          <Group gap="xs">
            {alert.state === 'open' && (
              <Button size="xs" variant="light" loading={acknowledge.isPending} onClick={() => acknowledge.mutate(path)}>
                I look at it
              </Button>
            )}
            <Quiet alert={alert} />
            <Button.Group aria-label="Did it need action?">
              {(['useful', 'noise'] as const).map((verdict) => (
                <Button
                  key={verdict}
                  size="xs"
                  variant={alert.verdict === verdict ? 'filled' : 'default'}
                  aria-pressed={alert.verdict === verdict}
                  onClick={() => mark.mutate({ ...path, body: { verdict: alert.verdict === verdict ? 'none' : verdict } })}
                >
                  {verdict === 'useful' ? 'Useful' : 'Noise'}
                </Button>
              ))}
            </Button.Group>
          </Group>
        )}
      </Group>
    </Paper>
  );
}

/** Its title stands above it already. */
const beyondTitle = ({ title, text }: Alert) => (text.startsWith(title) ? text.slice(title.length) : text).trim();
