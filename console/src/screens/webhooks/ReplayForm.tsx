import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { Failure } from '../../ui/Feedback';
import { told } from '../../ui/told';

export interface Replayed {
  endpoint?: string;
}

/** Sends webhooks again: of a message, of an endpoint, or of a time. */
export function ReplayForm({ sid, of, onClose }: { sid: string; of: Replayed | undefined; onClose: () => void }) {
  return (
    <Modal opened={of !== undefined} onClose={onClose} title="Replay webhooks">
      {of && <Form sid={sid} of={of} onClose={onClose} />}
    </Modal>
  );
}

function Form({ sid, of, onClose }: { sid: string; of: Replayed; onClose: () => void }) {
  const queries = useQueryClient();
  const [message, setMessage] = useState('');
  const [endpoint, setEndpoint] = useState(of.endpoint ?? '');
  const [after, setAfter] = useState('');
  const [before, setBefore] = useState('');
  const [state, setState] = useState<'failed' | 'delivered'>('failed');
  const replay = $api.useMutation('post', '/v1/webhooks/replay', {
    onSuccess: (done) => {
      const more = done.next_cursor ? ' There are more: replay once more for the next.' : '';
      told.done(done.replayed === 0 ? `No webhook of ${done.messages} messages fits.${more}` : `Sent again: ${done.replayed}.${more}`);
      void queries.invalidateQueries({ queryKey: ['get', '/v1/webhooks'] });
      onClose();
    },
  });
  const instant = (local: string) => (local ? new Date(local).toISOString() : undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        replay.mutate({
          params: { query: { account_sid: sid } },
          body: { message: message || undefined, endpoint: endpoint || undefined, created_after: instant(after), created_before: instant(before), state, limit: 10_000 },
        });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">Give one of these at least; together they narrow it down.</Text>
        <TextInput label="Endpoint" description="Its id, or its URL" value={endpoint} onChange={(event) => setEndpoint(event.currentTarget.value)} />
        <TextInput label="Message" placeholder="SM…" value={message} onChange={(event) => setMessage(event.currentTarget.value)} />
        <Group grow>
          <TextInput type="datetime-local" label="Accepted from" value={after} onChange={(event) => setAfter(event.currentTarget.value)} />
          <TextInput type="datetime-local" label="Accepted before" value={before} onChange={(event) => setBefore(event.currentTarget.value)} />
        </Group>
        <Select
          label="Which"
          allowDeselect={false}
          data={[
            { value: 'failed', label: 'those that were given up' },
            { value: 'delivered', label: 'those that were delivered, once more' },
          ]}
          value={state}
          onChange={(value) => setState(value as typeof state)}
        />
        {replay.error && <Failure error={replay.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!message && !endpoint && !after && !before} loading={replay.isPending}>
            Replay
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
