import { Group, Text } from '@mantine/core';

export function Logo() {
  return (
    <Group gap={8} wrap="nowrap">
      <svg viewBox="0 0 32 32" width={24} height={24} aria-hidden>
        <rect width="32" height="32" rx="7" fill="#3b5bdb" />
        <path d="M6 16h20M16 6v20" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
        <circle cx="16" cy="16" r="4.6" fill="#fff" />
      </svg>
      <Text fw={700} size="lg">
        Crosspoint
      </Text>
    </Group>
  );
}
