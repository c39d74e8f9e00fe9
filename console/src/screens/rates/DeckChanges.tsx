import { Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { DeckDiff, RateChange } from '../../api/schema';
import { NOTHING, count, price } from '../../ui/format';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';

/** What a deck changes: figures, and the largest of each kind. */
export function DeckChanges({ of }: { of: DeckDiff }) {
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed" component="div">
        {of.against > 0 ? `Against revision ${of.against}` : 'Against what is in force'}, as it is at <When at={of.at} />.
      </Text>
      <Group gap="10px 32px">
        <Tally label="dearer" value={of.dearer} note={of.dearer > 0 ? `by ${of.mean_rise_percent} % on average` : undefined} />
        <Tally label="cheaper" value={of.cheaper} note={of.cheaper > 0 ? `by ${Math.abs(of.mean_fall_percent)} % on average` : undefined} />
        <Tally label="new" value={of.new} />
        <Tally label="gone" value={of.gone} />
        <Tally label="unchanged" value={of.unchanged} />
        {of.not_comparable > 0 && <Tally label="not comparable" value={of.not_comparable} />}
      </Group>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing={{ base: 'lg', lg: 40 }} verticalSpacing="lg">
        <Largest title="Largest rises" of={of.largest_rises} base={of.base_currency} />
        <Largest title="Largest falls" of={of.largest_falls} base={of.base_currency} />
        <Largest title="New" of={of.first_new} base={of.base_currency} />
        <Largest title="Gone" of={of.first_gone} base={of.base_currency} />
      </SimpleGrid>
    </Stack>
  );
}

function Tally({ label, value, note }: { label: string; value: number; note?: string | undefined }) {
  return (
    <div>
      <Text fw={650} size="lg" className="numbers">
        {count(value)}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
        {note && `, ${note}`}
      </Text>
    </div>
  );
}

function Largest({ title, of, base }: { title: string; of: RateChange[]; base: string }) {
  if (of.length === 0) return null;
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Sheet
        label={title}
        rows={of}
        keyOf={(row) => row.destination}
        columns={[
          { title: 'Destination', cell: (row) => row.destination },
          { title: 'Before', isNumber: true, cell: (row) => amount(row.before, row.before_currency) },
          { title: 'After', isNumber: true, cell: (row) => amount(row.after, row.after_currency) },
          { title: `Change, ${base}`, isNumber: true, cell: (row) => (row.before && row.after ? price(row.change) : NOTHING) },
          { title: '%', isNumber: true, cell: (row) => (row.percent == null ? NOTHING : row.percent.toFixed(1).replace('-', '−')) },
        ]}
      />
    </div>
  );
}

const amount = (value: string | null, currency: string | null) => (value === null ? NOTHING : `${price(value)} ${currency ?? ''}`);
