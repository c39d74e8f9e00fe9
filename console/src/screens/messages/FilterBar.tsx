import { Button, Chip, Group, Paper, Pill, Select, Stack, Text } from '@mantine/core';
import { DateTimeRange } from './DateTimeRange';
import { type Filters, NAMED, type Named, type Since, STATE_GROUPS, type StateGroup, groupsOf, statusOf } from './filters';
import { SearchField } from './SearchField';

const TIMES: Record<Since | 'all' | 'own', string> = { all: 'Any time', '15m': 'Last 15 minutes', '1h': 'Last hour', '24h': 'Last 24 hours', '7d': 'Last 7 days', own: 'From … to …' };
const CLASSES = { otp: 'One-time codes', transactional: 'Transactional', marketing: 'Marketing' };
const DIRECTIONS = { 'outbound-api': 'Outbound', 'outbound-reply': 'Replies', inbound: 'Inbound' };

/** What is looked for. Everything that is set must hold. */
export function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const set = (change: Partial<Filters>) => onChange({ ...filters, ...change });
  const named = (Object.keys(NAMED) as Named[]).filter((by) => filters[by] !== undefined);
  const isOwnTime = filters.after !== undefined || filters.before !== undefined;
  const isAnySet = Object.values(filters).some((value) => value !== undefined);
  return (
    <Paper component="section" withBorder p="sm" radius="md" aria-label="Filters">
      <Stack gap="sm">
        <Group gap="sm" align="flex-start">
          <SearchField onChoose={(guess) => guess.by !== 'id' && set({ [guess.by]: guess.value })} />
          <Select
            aria-label="Time"
            w={{ base: '100%', xs: 170 }}
            allowDeselect={false}
            data={Object.entries(TIMES).map(([value, label]) => ({ value, label }))}
            value={filters.since ?? (isOwnTime ? 'own' : 'all')}
            onChange={(value) => {
              if (value === 'own') set({ since: undefined, after: new Date(Date.now() - 3_600_000).toISOString(), before: undefined });
              else set({ since: value === 'all' ? undefined : (value as Since), after: undefined, before: undefined });
            }}
          />
        </Group>
        {isOwnTime && <DateTimeRange after={filters.after} before={filters.before} onChange={set} />}
        <Group gap={6} role="group" aria-label="States">
          {(Object.keys(STATE_GROUPS) as StateGroup[]).map((group) => {
            const groups = groupsOf(filters.status);
            return (
              <Chip key={group} size="xs" checked={groups.includes(group)} onChange={(isOn) => set({ status: statusOf(isOn ? [...groups, group] : groups.filter((other) => other !== group)) })}>
                {group}
              </Chip>
            );
          })}
        </Group>
        <Group gap={6}>
          <Group gap={6} role="group" aria-label="Classes">
            {Object.entries(CLASSES).map(([value, label]) => (
              <Chip key={value} size="xs" checked={filters.class === value} onChange={(isOn) => set({ class: isOn ? (value as keyof typeof CLASSES) : undefined })}>
                {label}
              </Chip>
            ))}
          </Group>
          <Group gap={6} role="group" aria-label="Directions" ml={{ sm: 'sm' }}>
            {Object.entries(DIRECTIONS).map(([value, label]) => (
              <Chip key={value} size="xs" checked={filters.direction === value} onChange={(isOn) => set({ direction: isOn ? (value as keyof typeof DIRECTIONS) : undefined })}>
                {label}
              </Chip>
            ))}
          </Group>
        </Group>
        {isAnySet && (
          <Group gap="xs">
            {named.map((by) => (
              <Pill key={by} withRemoveButton size="md" removeButtonProps={{ 'aria-label': `Without ${NAMED[by]}`, 'aria-hidden': false, tabIndex: 0 }} onRemove={() => set({ [by]: undefined })}>
                <Text span size="sm" c="dimmed">
                  {NAMED[by]}
                </Text>{' '}
                {filters[by]}
              </Pill>
            ))}
            <Button size="compact-xs" variant="subtle" onClick={() => onChange({})}>
              Clear all
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}
