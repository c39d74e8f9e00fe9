import { Button, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { RoutingPlanDescription } from '../../api/schema';

/** Lets one connection have the place of another in the whole plan. */
export function FlipForm({ plan, isOpen, onClose, onFlip }: { plan: RoutingPlanDescription; isOpen: boolean; onClose: () => void; onFlip: (from: string, to: string) => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Flip traffic">
      {isOpen && <Form names={namesOf(plan)} onClose={onClose} onFlip={onFlip} />}
    </Modal>
  );
}

function Form({ names, onClose, onFlip }: { names: string[]; onClose: () => void; onFlip: (from: string, to: string) => void }) {
  const [from, setFrom] = useState<string>();
  const [to, setTo] = useState<string>();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (from && to) onFlip(from, to);
      }}
    >
      <Stack gap="md">
        <Text size="sm">Wherever the first stands before the second, they change places; in splits they change shares. You see what it does before anything happens.</Text>
        <Group align="flex-start" gap="xl">
          <Choice label="From" names={names} value={from} onChange={setFrom} />
          <Choice label="To" names={names.filter((name) => name !== from)} value={to === from ? undefined : to} onChange={setTo} />
        </Group>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" disabled={!from || !to || from === to}>
            Rehearse
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Choice({ label, names, value, onChange }: { label: string; names: string[]; value: string | undefined; onChange: (name: string) => void }) {
  return (
    <Radio.Group label={label} value={value ?? null} onChange={onChange} style={{ flex: 1, minWidth: 120 }}>
      <Stack gap={8} mt={6}>
        {names.map((name) => (
          <Radio key={name} value={name} label={name} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** The connections that a plan names, those of the default list first. */
function namesOf(plan: RoutingPlanDescription) {
  return [...new Set([...plan.default, ...plan.rules.flatMap((rule) => rule.route?.connections ?? []), ...plan.lists.flatMap((list) => list.route.connections)])];
}
