import { ActionIcon, Button, Checkbox, Fieldset, Group, NumberInput, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Account, AccountSettings } from '../../api/schema';
import { Failure } from '../../ui/Feedback';
import { settingsOf } from './words';

type Numbers = NonNullable<AccountSettings['numbers']>;
type Endpoints = NonNullable<AccountSettings['webhook_endpoints']>;

interface Props {
  of?: Account;
  error: unknown;
  isPending: boolean;
  label: string;
  onSubmit: (settings: AccountSettings, note: string) => void;
}

/** All settings of an account but its limits: what is sent takes the place of all that there were. */
export function SettingsForm({ of, error, isPending, label, onSubmit }: Props) {
  const was = of ? settingsOf(of) : {};
  const [name, setName] = useState(of?.name ?? '');
  const [senders, setSenders] = useState<Account['senders']>(of?.senders ?? 'any');
  const [weight, setWeight] = useState(of?.weight ?? 1);
  const [numbers, setNumbers] = useState<Numbers>(was.numbers ?? []);
  const [endpoints, setEndpoints] = useState<Endpoints>(was.webhook_endpoints ?? []);
  const [note, setNote] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit({ ...(name ? { name } : {}), enabled: of?.enabled ?? true, senders, weight, numbers, webhook_endpoints: endpoints, ...(of ? { limits: of.limits } : {}) }, note);
      }}
    >
      <Stack gap="md">
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput label="Name" description="For people" maxLength={100} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} miw={220} />
          <Select
            label="Senders"
            description="What it may send from"
            allowDeselect={false}
            data={[
              { value: 'any', label: 'any sender' },
              { value: 'owned', label: 'its own numbers and names alone' },
            ]}
            value={senders}
            onChange={(value) => setSenders(value as Account['senders'])}
            miw={220}
          />
          <NumberInput label="Weight" description="Its share beside others" min={1} max={1000} allowDecimal={false} value={weight} onChange={(value) => setWeight(Number(value) || 1)} miw={120} />
        </Group>
        <Rows
          legend="Numbers and names"
          empty="None: inbound messages do not reach it."
          add="Add a number"
          rows={numbers}
          onChange={setNumbers}
          fresh={{ number: '' }}
          row={(row, change, at) => (
            <>
              <TextInput label="Number or name" required value={row.number} onChange={(event) => change({ ...row, number: event.currentTarget.value })} placeholder="+15550001000" style={{ flex: '1 1 150px' }} aria-label={`Number ${at}`} />
              <TextInput label="Inbound URL" value={row.inbound_url ?? ''} onChange={(event) => change({ ...row, inbound_url: event.currentTarget.value || undefined })} placeholder="https://…" style={{ flex: '2 1 220px' }} aria-label={`Inbound URL ${at}`} />
              <Select label="Form" allowDeselect={false} data={['twilio', 'native']} value={row.inbound_format ?? 'twilio'} onChange={(value) => change({ ...row, inbound_format: value as 'twilio' | 'native' })} style={{ flex: '0 1 110px' }} aria-label={`Form ${at}`} />
              <TextInput label="To binds of" value={row.smpp ?? ''} onChange={(event) => change({ ...row, smpp: event.currentTarget.value || undefined })} placeholder="system_id" style={{ flex: '1 1 110px' }} aria-label={`To binds of ${at}`} />
            </>
          )}
        />
        <Rows
          legend="Webhook endpoints with settings"
          empty="None: every receiver has the defaults."
          add="Add an endpoint"
          rows={endpoints}
          onChange={setEndpoints}
          fresh={{ url: '', enabled: true }}
          row={(row, change, at) => (
            <>
              <TextInput label="URL" required value={row.url} onChange={(event) => change({ ...row, url: event.currentTarget.value })} placeholder="https://example.com/events or …/*" style={{ flex: '3 1 240px' }} aria-label={`URL ${at}`} />
              <NumberInput label="At once" min={1} max={1000} value={row.concurrency ?? ''} onChange={(value) => change({ ...row, concurrency: value === '' ? undefined : Number(value) })} style={{ flex: '1 1 80px' }} aria-label={`Requests at once ${at}`} />
              <NumberInput label="A second" min={0.01} value={row.rate ?? ''} onChange={(value) => change({ ...row, rate: value === '' ? undefined : Number(value) })} style={{ flex: '1 1 80px' }} aria-label={`Requests a second ${at}`} />
              <NumberInput label="Batch of" min={1} max={100} value={row.batch?.events ?? ''} onChange={(value) => change({ ...row, batch: value === '' ? undefined : { ...row.batch, events: Number(value) } })} style={{ flex: '1 1 80px' }} aria-label={`Events in a batch ${at}`} />
              <Checkbox label="enabled" checked={row.enabled ?? true} onChange={(event) => change({ ...row, enabled: event.currentTarget.checked })} mb={8} />
            </>
          )}
        />
        <TextInput label="Note" description="Kept with the change" maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        {error != null && <Failure error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={isPending}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface RowsProps<T> {
  legend: string;
  empty: string;
  add: string;
  rows: T[];
  fresh: T;
  onChange: (rows: T[]) => void;
  row: (row: T, change: (row: T) => void, at: number) => React.ReactNode;
}

function Rows<T>({ legend, empty, add, rows, fresh, onChange, row }: RowsProps<T>) {
  return (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        {rows.length === 0 && (
          <Text size="sm" c="dimmed">
            {empty}
          </Text>
        )}
        {rows.map((one, index) => (
          <Group key={index} align="flex-end" gap="xs">
            {row(one, (changed) => onChange(rows.with(index, changed)), index + 1)}
            <Tooltip label="Take it out">
              <ActionIcon variant="default" size={36} aria-label={`Take out ${legend.toLowerCase()} ${index + 1}`} onClick={() => onChange(rows.toSpliced(index, 1))}>
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Group>
        ))}
        <Button variant="default" size="xs" style={{ alignSelf: 'flex-start' }} onClick={() => onChange([...rows, fresh])}>
          {add}
        </Button>
      </Stack>
    </Fieldset>
  );
}
