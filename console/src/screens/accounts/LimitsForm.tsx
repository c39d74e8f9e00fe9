import { Autocomplete, Button, Fieldset, Group, NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { faultsOf } from '../../api/problem';
import type { AccountLimits } from '../../api/schema';
import { Failure } from '../../ui/Feedback';
import { OVER } from './words';

const FIELDS = ['rate', 'burst', 'queue', 'over', 'per_day', 'zone', 'per_day_over'] as const;
const KINDS = [
  { value: 'default', label: 'default' },
  { value: 'own', label: 'of its own' },
  { value: 'none', label: 'no cap' },
];

type Kind = 'default' | 'own' | 'none';

const kindOf = (cap: number | undefined): Kind => (cap === undefined ? 'default' : cap === 0 ? 'none' : 'own');
const overs = (...values: (keyof typeof OVER)[]) => values.map((value) => ({ value, label: OVER[value] }));

interface Props {
  of: AccountLimits;
  error: unknown;
  isPending: boolean;
  onSubmit: (limits: AccountLimits, note: string) => void;
}

/** Own limits of an account: what is sent takes the place of all that it had. */
export function LimitsForm({ of, error, isPending, onSubmit }: Props) {
  const [second, setSecond] = useState<Kind>(kindOf(of.rate));
  const [rate, setRate] = useState<number | string>(of.rate || '');
  const [burst, setBurst] = useState<number | string>(of.burst ?? '');
  const [queue, setQueue] = useState(of.queue ?? '');
  const [over, setOver] = useState(of.over ?? 'throttle');
  const [day, setDay] = useState<Kind>(kindOf(of.per_day));
  const [perDay, setPerDay] = useState<number | string>(of.per_day || '');
  const [zone, setZone] = useState(of.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [dayOver, setDayOver] = useState(of.per_day_over ?? 'queue');
  const [note, setNote] = useState('');
  const faults = faultsOf(error);
  const isElsewhere = error != null && !FIELDS.some((field) => faults[`limits.${field}`]);
  const faultOf = (field: (typeof FIELDS)[number]) => faults[`limits.${field}`];
  const submit = () =>
    onSubmit(
      {
        ...(second === 'none' ? { rate: 0 } : {}),
        ...(second === 'own' ? { rate: Number(rate), ...(burst === '' ? {} : { burst: Number(burst) }), ...(queue.trim() ? { queue: queue.trim(), over } : {}) } : {}),
        ...(day === 'none' ? { per_day: 0 } : {}),
        ...(day === 'own' ? { per_day: Number(perDay), ...(zone.trim() ? { zone: zone.trim() } : {}), per_day_over: dayOver } : {}),
      },
      note,
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          All its messages count together, in segments, over all connections and every API. The default is what holds for every account: it stands under <code>limits</code> in the configuration file.
        </Text>
        <Cap legend="Segments a second" value={second} onChange={setSecond}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
            <NumberInput label="A second" description="0.5 is one in two seconds" required min={0} max={1_000_000} decimalScale={6} value={rate} onChange={setRate} error={faultOf('rate')} />
            <NumberInput label="Burst" description="At once after a pause" min={0} max={1_000_000} placeholder="a hundredth of a second" value={burst} onChange={setBurst} error={faultOf('burst')} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
            <TextInput label="May wait" description="The time in which it goes out: 30s, 5m, 4h" placeholder="any amount" value={queue} onChange={(event) => setQueue(event.currentTarget.value)} error={faultOf('queue')} />
            <Select label="When more come in" description="And that much waits" allowDeselect={false} disabled={!queue.trim()} data={overs('throttle', 'refuse')} value={over} onChange={(value) => setOver(value as typeof over)} error={faultOf('over')} />
          </SimpleGrid>
        </Cap>
        <Cap legend="Segments a day" value={day} onChange={setDay}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
            <NumberInput label="A day" required min={0} max={2_147_483_647} allowDecimal={false} thousandSeparator="," value={perDay} onChange={setPerDay} error={faultOf('per_day')} />
            <Autocomplete label="Time zone" required data={Intl.supportedValuesOf('timeZone')} limit={20} withScrollArea={false} styles={{ options: { maxHeight: 220, overflowY: 'auto' } }} value={zone} onChange={setZone} error={faultOf('zone')} />
          </SimpleGrid>
          <Select label="When more come in" allowDeselect={false} data={overs('queue', 'throttle', 'refuse')} value={dayOver} onChange={(value) => setDayOver(value as typeof dayOver)} error={faultOf('per_day_over')} />
        </Cap>
        <TextInput label="Note" description="Kept with the change" maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        {isElsewhere && <Failure error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isPending}>
            Put them into force
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Cap({ legend, value, onChange, children }: { legend: string; value: Kind; onChange: (kind: Kind) => void; children: React.ReactNode }) {
  return (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        <SegmentedControl aria-label={legend} data={KINDS} value={value} onChange={(kind) => onChange(kind as Kind)} size="xs" fullWidth />
        {value === 'own' && children}
      </Stack>
    </Fieldset>
  );
}
