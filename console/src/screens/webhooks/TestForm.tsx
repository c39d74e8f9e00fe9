import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import { Failure } from '../../ui/Feedback';

/** Sends a test event, once, signed as others are. */
export function TestForm({ sid, url, onClose }: { sid: string; url: string | undefined; onClose: () => void }) {
  return (
    <Modal opened={url !== undefined} onClose={onClose} title="Send a test event">
      {url !== undefined && <Form sid={sid} of={url} />}
    </Modal>
  );
}

function Form({ sid, of }: { sid: string; of: string }) {
  const [url, setUrl] = useState(of);
  const test = $api.useMutation('post', '/v1/webhooks/test');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate({ params: { query: { account_sid: sid } }, body: { url } });
      }}
    >
      <Stack gap="sm">
        <TextInput label="URL" description="The gateway calls it once, now" type="url" required data-autofocus value={url} onChange={(event) => setUrl(event.currentTarget.value)} placeholder="https://example.com/events" />
        {test.error && <Failure error={test.error} />}
        {test.data && (
          <Alert color={test.data.delivered ? 'green' : 'orange'} variant="light" role="status" title={test.data.delivered ? 'The receiver took it' : 'The receiver did not take it'}>
            {test.data.status ? `It answered ${test.data.status}` : 'There was no answer'} after {test.data.took_ms.toFixed(0)} ms.
            {test.data.error && ` ${test.data.error}.`}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={test.isPending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
