import { Badge, Group, Stack, Text } from '@mantine/core';
import type { RoutingFinding } from '../../api/schema';
import { count } from '../../ui/format';

const MOST = 20;

/** What is wrong with a plan, or may not be meant; errors first. */
export function Findings({ of, keysShown = true }: { of: RoutingFinding[]; keysShown?: boolean }) {
  if (of.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing is wrong with it.
      </Text>
    );
  return (
    <Stack gap={6}>
      {of.slice(0, MOST).map((finding) => (
        <Group key={`${finding.line} ${finding.key} ${finding.message}`} gap="xs" wrap="nowrap" align="flex-start">
          <Badge size="sm" variant="light" tt="none" color={finding.severity === 'error' ? 'red' : 'yellow'} style={{ flexShrink: 0 }} mt={2}>
            {finding.severity}
          </Badge>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {finding.line > 0 && keysShown && `Line ${finding.line}: `}
            {finding.key !== '' && keysShown && <span className="mono">{finding.key} </span>}
            {finding.message}
          </Text>
        </Group>
      ))}
      {of.length > MOST && <Text size="sm">and {count(of.length - MOST)} more</Text>}
    </Stack>
  );
}
