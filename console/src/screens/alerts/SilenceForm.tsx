import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { Silence } from '../../api/schema';
import { told } from '../../ui/told';
import { AT_ONCE } from './quiet';

const HOURS = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '12', label: '12 hours' },
  { value: '24', label: '1 day' },
  { value: '72', label: '3 days' },
  { value: '168', label: '1 week' },
];

interface Props {
  match: string | undefined;
  /** The silence that this one takes the place of. */
  replaces?: Silence | undefined;
  onClose: () => void;
}

/** Keeps alerts quiet from now on. Open while there is something to match. */
export function SilenceForm({ match, replaces, onClose }: Props) {
  return (
    <Modal opened={match !== undefined} onClose={onClose} title={replaces ? 'Change the silence' : 'Silence'}>
      {match !== undefined && <Form match={match} replaces={replaces} onClose={onClose} />}
    </Modal>
  );
}

function Form({ match, replaces, onClose }: Props & { match: string }) {
  const queries = useQueryClient();
  const [what, setWhat] = useState(match);
  const [hours, setHours] = useState('1');
  const [reason, setReason] = useState(replaces && replaces.reason !== AT_ONCE ? replaces.reason : '');
  const again = () => {
    void queries.invalidateQueries({ queryKey: ['get', '/v1/silences'] });
    void queries.invalidateQueries({ queryKey: ['get', '/v1/alerts'] });
  };
  const end = $api.useMutation('delete', '/v1/silences/{silence}', { onError: told.failed, onSettled: again });
  const make = $api.useMutation('post', '/v1/silences', {
    onSuccess: () => {
      // The new one holds already: nothing is loud in between.
      if (replaces) end.mutate({ params: { path: { silence: replaces.id } } });
      notifications.show({ message: 'Silenced. The alerts are shown all the same.', color: 'green' });
      again();
      onClose();
    },
  });
  const field = isProblem(make.error) ? make.error.field : undefined;
  const words = make.error ? wordsOf(make.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const until = new Date(Date.now() + Number(hours) * 3_600_000).toISOString();
        make.mutate({ body: { match: what, until, reason } });
      }}
    >
      <Stack gap="sm">
        <TextInput label="What" description="NAME=VALUE, several with commas: all must fit" value={what} onChange={(event) => setWhat(event.currentTarget.value)} error={field === 'match' ? words : undefined} required />
        <Select label="For" data={HOURS} value={hours} onChange={(value) => setHours(value ?? '1')} allowDeselect={false} error={field === 'until' ? words : undefined} />
        <TextInput
          label="Why"
          placeholder="They change a link"
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={field === 'reason' || (words && !field) ? words : undefined}
          required
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={make.isPending}>
            Silence
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
