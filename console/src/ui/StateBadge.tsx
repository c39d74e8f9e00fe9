import { Badge, Tooltip } from '@mantine/core';

type Words = Record<string, { color: string; text: string }>;

/** A state in its colour, with what it means on hover and focus. */
export function StateBadge({ state, words, label }: { state: string; words: Words; label?: string }) {
  const word = words[state];
  return (
    <Tooltip label={word?.text ?? state} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <Badge color={word?.color ?? 'gray'} variant="light" tabIndex={0} tt="none" fw={600} autoContrast style={{ flexShrink: 0, minWidth: 'max-content' }}>
        {label ?? state}
      </Badge>
    </Tooltip>
  );
}
