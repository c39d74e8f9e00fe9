import { ActionIcon, Badge, Button, Group, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { Alert } from '../../api/schema';
import { When } from '../../ui/When';
import { matchOf, useQuiet } from './quiet';
import { SilenceForm } from './SilenceForm';

/** Keeps an alert quiet for an hour with one click, or as told; what keeps it quiet is changed or ended at the same place. */
export function Quiet({ alert }: { alert: Alert }) {
  const quiet = useQuiet(alert);
  const [isAsked, ask] = useState(false);
  const silences = $api.useQuery('get', '/v1/silences', { params: { query: { limit: 100 } } }, { enabled: alert.silence !== null, staleTime: 2000 });
  // A maintenance window is announced to others: it is ended where it stands.
  const silence = silences.data?.silences.find((one) => one.id === alert.silence);
  if (alert.state === 'resolved') return null;
  if (alert.silence && !silence) return null;
  return (
    <>
      {silence ? (
        <Group gap={6} wrap="nowrap">
          <Button size="xs" variant="default" onClick={() => ask(true)} aria-label={`Change the silence of: ${alert.title}`}>
            Change
          </Button>
          <Button size="xs" variant="default" loading={quiet.isBusy} onClick={quiet.end} aria-label={`End silence: ${alert.title}`}>
            End silence
          </Button>
        </Group>
      ) : (
        <Button.Group>
          <Button size="xs" variant="default" loading={quiet.isBusy} onClick={quiet.silence} aria-label={`Silence 1 h: ${alert.title}`}>
            Silence 1 h
          </Button>
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label={`Silence otherwise: ${alert.title}`} style={{ borderStartStartRadius: 0, borderEndStartRadius: 0, borderInlineStart: 0 }}>
                <IconChevronDown size={14} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => ask(true)}>Silence for longer, or other alerts too …</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Button.Group>
      )}
      <SilenceForm match={isAsked ? (silence?.match ?? matchOf(alert)) : undefined} replaces={silence} onClose={() => ask(false)} />
    </>
  );
}

/** That an alert is silenced, until when, and by whom. */
export function Silenced({ alert }: { alert: Alert }) {
  const silences = $api.useQuery('get', '/v1/silences', { params: { query: { limit: 100 } } }, { enabled: alert.silence !== null, staleTime: 2000 });
  const silence = silences.data?.silences.find((one) => one.id === alert.silence);
  if (!alert.silence) return null;
  return (
    <>
      <Badge variant="outline" color="gray" tt="none">
        silenced
      </Badge>
      {silence && (
        <Text size="xs" c="dimmed" component="div">
          until <When at={silence.until} />, by {silence.made_by}
        </Text>
      )}
    </>
  );
}
