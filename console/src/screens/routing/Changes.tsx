import { Badge, Group, Stack, Text } from '@mantine/core';
import type { RoutingChange } from '../../api/schema';
import { Empty } from '../../ui/Feedback';

const KINDS: Record<RoutingChange['change'], { color: string; label: string }> = {
  new: { color: 'green', label: 'new' },
  gone: { color: 'red', label: 'gone' },
  changed: { color: 'blue', label: 'changed' },
  moved: { color: 'gray', label: 'moved' },
};

/** What one plan has that another has not: rule by rule, key by key. */
export function Changes({ of, none }: { of: RoutingChange[]; none: string }) {
  if (of.length === 0) return <Empty title="Nothing differs">{none}</Empty>;
  return (
    <Stack gap="sm">
      {of.map((change) => (
        <Group key={`${change.what} ${change.name} ${change.change}`} gap="sm" align="flex-start" wrap="nowrap">
          <Badge color={KINDS[change.change].color} variant="light" tt="none" w={86} style={{ flexShrink: 0 }} mt={1}>
            {KINDS[change.change].label}
          </Badge>
          <Stack gap={4} miw={0}>
            <Text size="sm">
              {change.name === '' ? <span className="mono">{change.what}</span> : <>{change.what === 'rule' ? 'Rule' : 'List'} <strong>{change.name}</strong></>}
              {change.change === 'moved' && ` from place ${change.place_before} to ${change.place_after}`}
              {change.change === 'new' && change.place_after ? ` at place ${change.place_after}` : ''}
            </Text>
            {change.keys.map((key) => (
              <Text key={key.key} size="sm" component="div">
                {change.name !== '' && <span className="mono">{key.key}: </span>}
                <span className="mono before">{shown(key.before)}</span> → <span className="mono after">{shown(key.after)}</span>
              </Text>
            ))}
          </Stack>
        </Group>
      ))}
    </Stack>
  );
}

/** A value as the plan has it, without the quotes of JSON around every word. */
function shown(value: unknown): string {
  if (value == null) return 'not given';
  if (Array.isArray(value)) return `[ ${value.map(shown).join(', ')} ]`;
  if (typeof value === 'object') return `{ ${Object.entries(value).map(([name, inner]) => `${name}: ${shown(inner)}`).join(', ')} }`;
  return String(value);
}
