import { Group, TextInput } from '@mantine/core';
import type { Filters } from './filters';

const two = (value: number) => String(value).padStart(2, '0');

/** What an input of the browser takes: the viewer's wall clock, without a zone. */
function local(at: string | undefined) {
  const date = at ? new Date(at) : undefined;
  if (!date || Number.isNaN(date.getTime())) return '';
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

const moment = (value: string) => (value === '' ? undefined : new Date(value).toISOString());

/** A span of time in the viewer's zone. */
export function DateTimeRange({ after, before, onChange }: { after: string | undefined; before: string | undefined; onChange: (change: Pick<Filters, 'after' | 'before'>) => void }) {
  return (
    <Group gap="sm">
      <TextInput type="datetime-local" label="From" size="xs" value={local(after)} onChange={(event) => onChange({ after: moment(event.currentTarget.value), before })} />
      <TextInput type="datetime-local" label="To" size="xs" value={local(before)} onChange={(event) => onChange({ after, before: moment(event.currentTarget.value) })} />
    </Group>
  );
}
