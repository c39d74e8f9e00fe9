import { Alert, Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';

export interface Shown {
  title: string;
  text: string;
  /** What it is called, and what it is. */
  secrets: [label: string, value: string][];
}

/** Secrets that were just made. They are not kept anywhere that could show them again. */
export function Once({ shown, onClose }: { shown: Shown | undefined; onClose: () => void }) {
  return (
    <Modal opened={shown !== undefined} onClose={onClose} title={shown?.title} closeOnClickOutside={false} size="lg">
      <Stack gap="sm">
        <Text size="sm">{shown?.text}</Text>
        <Alert color="orange" variant="light" title="This is shown once">
          Copy it now to where it is used: this page does not show it again.
        </Alert>
        {shown?.secrets.map(([label, value]) => (
          <Group key={label} align="flex-end" gap="xs" wrap="nowrap">
            <TextInput label={label} readOnly value={value} classNames={{ input: 'mono' }} style={{ flex: 1 }} onFocus={(event) => event.currentTarget.select()} />
            <CopyButton value={value}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy} aria-label={`Copy: ${label}`}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
          </Group>
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
