import { Button, Group, Modal, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';

interface Question {
  title: string;
  text: string;
  label: string;
  act: () => void;
}

const listeners = new Set<() => void>();
let question: Question | undefined;

function set(value: Question | undefined) {
  question = value;
  listeners.forEach((listener) => listener());
}

/** Asks before something is done that others will feel. */
export const modals = { confirm: (asked: Question) => set(asked) };

/** Where the questions appear; once in the page. */
export function Modals() {
  const asked = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => question,
  );
  return (
    <Modal opened={asked !== undefined} onClose={() => set(undefined)} title={asked?.title} centered>
      <Text size="sm" mb="md">
        {asked?.text}
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => set(undefined)}>
          Leave it
        </Button>
        <Button
          data-autofocus
          onClick={() => {
            asked?.act();
            set(undefined);
          }}
        >
          {asked?.label}
        </Button>
      </Group>
    </Modal>
  );
}
