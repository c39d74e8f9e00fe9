import { Alert, Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { $api } from '../../api/client';
import { wordsOf } from '../../api/problem';
import type { Connection } from '../../api/schema';
import { told } from '../../ui/told';

/** Slows a connection down by hand, and takes that back. */
export function RateCap({ of }: { of: Connection }) {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [rate, setRate] = useState<number | string>('');
  const cap = $api.useMutation('put', '/v1/connections/{name}/rate');
  const put = (value: number | null) =>
    cap.mutate(
      { params: { path: { name: of.name } }, body: { rate: value } },
      {
        onSuccess: () => {
          setOpen(false);
          told.done(value === null ? `${of.name} is not capped any more.` : `${of.name} sends at most ${value} segments a second, until the gateway is started anew.`);
        },
        onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/connections/{name}'] }),
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put(Number(rate));
  };
  return (
    <>
      <Button
        size="sm"
        variant="default"
        onClick={() => {
          cap.reset();
          setRate(of.rate_cap ?? '');
          setOpen(true);
        }}
      >
        Cap the rate
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={`Cap the rate of ${of.name}`} centered>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              {of.rate > 0 ? `The configuration allows ${of.rate} segments a second.` : 'The configuration sets no limit.'} The cap is below that, and holds until you take it away or the gateway is started anew. That you set it is on record.
            </Text>
            <NumberInput label="Segments a second" min={0.0001} max={of.rate > 0 ? of.rate : 1_000_000} value={rate} onChange={setRate} required data-autofocus />
            {cap.error && (
              <Alert color="red" variant="light" role="alert" title="It was not capped">
                {wordsOf(cap.error)}
              </Alert>
            )}
            <Group justify="flex-end" gap="xs">
              {of.rate_cap !== null && (
                <Button variant="default" loading={cap.isPending} onClick={() => put(null)}>
                  Take the cap away
                </Button>
              )}
              <Button type="submit" loading={cap.isPending}>
                Cap it
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
