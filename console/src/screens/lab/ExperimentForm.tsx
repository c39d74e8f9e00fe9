import { Alert, Button, Group, NumberInput, Radio, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { ChaosRun, ExperimentRequest } from '../../api/schema';
import { modals } from '../../ui/modals';
import { FAULTS, type Fault } from './faults';

const ORDER: Fault[] = ['errors', 'latency', 'throttle', 'disconnect', 'receipts_lost'];
const CLASSES = [
  { value: '', label: 'all but one-time codes' },
  { value: 'transactional', label: 'transactional' },
  { value: 'otp', label: 'one-time codes (otp)' },
  { value: 'marketing', label: 'marketing' },
];

/** What is asked for before a fault is made: what, where, to whom, how long, and what ends it early. */
export function ExperimentForm({ onBegun, onLeave }: { onBegun: (run: ChaosRun) => void; onLeave: () => void }) {
  const connections = $api.useQuery('get', '/v1/connections', {}, { refetchInterval: 5000 });
  const names = connections.data?.connections.map((one) => one.name) ?? [];
  const [fault, setFault] = useState<Fault>('errors');
  const [chosen, choose] = useState<string | null>(null);
  const [seconds, setSeconds] = useState<number | string>(60);
  const [share, setShare] = useState<number | string>(10);
  const [kind, setKind] = useState('');
  const [country, setCountry] = useState('');
  const [network, setNetwork] = useState('');
  const [latency, setLatency] = useState<number | string>(2000);
  const [rate, setRate] = useState<number | string>(5);
  const [status, setStatus] = useState('ESME_RSYSERR');
  const [atLeast, setAtLeast] = useState<number | string>(90);
  const [judgedFrom, setJudgedFrom] = useState<number | string>(20);
  const begin = $api.useMutation('post', '/v1/chaos');
  const connection = chosen ?? names[0] ?? '';
  const wrong = isProblem(begin.error) ? begin.error.field : undefined;
  const refusalOf = (field: string) => (wrong === field ? wordsOf(begin.error) : undefined);
  const hitsAll = fault === 'disconnect';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body: ExperimentRequest = {
      connection,
      fault,
      seconds: Number(seconds),
      delivery_at_least: Number(atLeast) / 100,
      guard_messages: Number(judgedFrom),
      ...(hitsAll ? {} : { share: Number(share) / 100 }),
      ...(!hitsAll && kind ? { class: kind as NonNullable<ExperimentRequest['class']> } : {}),
      ...(!hitsAll && country ? { country: country.toUpperCase() } : {}),
      ...(!hitsAll && network ? { network } : {}),
      ...(fault === 'latency' ? { latency_ms: Number(latency) } : {}),
      ...(fault === 'throttle' ? { rate: Number(rate) } : {}),
      ...(fault === 'errors' ? { status } : {}),
    };
    modals.confirm({
      title: `Begin it on ${connection}?`,
      text: `${FAULTS[fault].does} ${FAULTS[fault].messages} It hits real messages, for ${seconds} s, and ends at once when fewer than ${atLeast} % are delivered.`,
      label: 'Begin',
      act: () => begin.mutate({ body }, { onSuccess: onBegun }),
    });
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Radio.Group label="Fault" value={fault} onChange={(value) => setFault(value as Fault)} error={refusalOf('fault')}>
          <Stack gap={6} mt={6}>
            {ORDER.map((one) => (
              <Radio key={one} value={one} label={FAULTS[one].label} description={`${FAULTS[one].does} ${one === fault ? FAULTS[one].messages : ''}`} />
            ))}
          </Stack>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" style={{ alignItems: 'end' }}>
          <Select label="Connection" data={names} value={connection} allowDeselect={false} onChange={choose} error={refusalOf('connection')} />
          <NumberInput label="Seconds" min={1} max={3600} allowDecimal={false} value={seconds} onChange={setSeconds} required error={refusalOf('seconds')} />
          {fault === 'latency' && <NumberInput label="Milliseconds later" min={1} max={60_000} allowDecimal={false} value={latency} onChange={setLatency} required error={refusalOf('latency_ms')} />}
          {fault === 'throttle' && <NumberInput label="Segments a second that pass" min={0.1} max={100_000} value={rate} onChange={setRate} required error={refusalOf('rate')} />}
          {fault === 'errors' && <TextInput label="Command status" value={status} onChange={(event) => setStatus(event.currentTarget.value)} required error={refusalOf('status')} />}
          {!hitsAll && (
            <>
              <NumberInput label="Share of the messages, %" min={0.1} max={100} value={share} onChange={setShare} required error={refusalOf('share')} />
              <Select label="Class" data={CLASSES} value={kind} allowDeselect={false} onChange={(value) => setKind(value ?? '')} error={refusalOf('class')} />
              <TextInput label="Country" placeholder="all" description="Two letters, such as DE" maxLength={2} value={country} onChange={(event) => setCountry(event.currentTarget.value)} error={refusalOf('country')} />
              <TextInput label="Network" placeholder="all" description="MCC and MNC, such as 26201" value={network} onChange={(event) => setNetwork(event.currentTarget.value)} error={refusalOf('network')} />
            </>
          )}
        </SimpleGrid>
        <fieldset style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 8, padding: 12 }}>
          <legend style={{ padding: '0 6px', fontWeight: 600, fontSize: 14 }}>The guard</legend>
          <Text size="sm" c="dimmed" mb="xs">
            Of the messages in scope that end meanwhile, whether they were hit or not: when fewer are delivered, the fault ends at once.
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NumberInput label="Delivered at least, %" min={0} max={100} value={atLeast} onChange={setAtLeast} required error={refusalOf('delivery_at_least')} />
            <NumberInput label="Judged from so many messages on" min={1} max={100_000} allowDecimal={false} value={judgedFrom} onChange={setJudgedFrom} required error={refusalOf('guard_messages')} />
          </SimpleGrid>
        </fieldset>
        {begin.error && (
          <Alert color="red" variant="light" role="alert" title="It did not begin">
            {wordsOf(begin.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onLeave}>
            Leave it
          </Button>
          <Button type="submit" loading={begin.isPending} disabled={connection === ''}>
            Begin
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
