import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

/** A screen: its one heading, what can be done, and its content. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · Crosspoint`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="center" wrap="wrap" gap="sm">
        <Title order={1} size="h3">
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A part of a screen under its own heading. */
export function Panel({ title, note, actions, children }: { title: string; note?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" withBorder p={{ base: 'sm', sm: 'md' }} radius="md" aria-label={title}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="0 10px" align="baseline">
          <Title order={2} size="h5">
            {title}
          </Title>
          {note && (
            <Text size="sm" c="dimmed" component="div">
              {note}
            </Text>
          )}
        </Group>
        {actions}
      </Group>
      {children}
    </Paper>
  );
}

/** One figure with what it is. */
export function Figure({ label, value, note, tone }: { label: string; value: ReactNode; note?: ReactNode; tone?: 'bad' | 'warn' | undefined }) {
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'md' }} radius="md" miw={0}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="div" className="figure" data-is-long={(typeof value === 'string' && value.length > 9) || undefined} c={tone === 'bad' ? 'var(--crosspoint-bad)' : tone === 'warn' ? 'var(--crosspoint-warn)' : undefined}>
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {note ?? '\u00a0'}
      </Text>
    </Paper>
  );
}
