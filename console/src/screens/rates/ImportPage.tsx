import { Alert, Button, Checkbox, FileButton, Group, NativeSelect, NumberInput, SegmentedControl, SimpleGrid, Stack, Table, Text, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client';
import { isProblem } from '../../api/problem';
import { useMay } from '../../api/session';
import type { DeckProblem, ImportReport } from '../../api/schema';
import { deckImport as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Empty, Failure } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { Page, Panel } from '../../ui/Page';
import { Sheet as Rows } from '../../ui/Sheet';
import { told } from '../../ui/told';
import { DeckChanges } from './DeckChanges';
import { isLater } from './DeckPage';
import { COLUMNS, type Layout, PLAIN, type Sheet, mappingOf, preview } from './sheet';

const LAYOUTS = { found: 'Usual names', saved: 'Saved for it', here: 'Told here' };
type By = keyof typeof LAYOUTS;

/** A sheet, how it is laid out, what it would change, and its draft: in this order, on one page. */
export function ImportPage() {
  const { connection } = route.useParams();
  const may = useMay();
  const [sheet, setSheet] = useState<Sheet>();
  if (!may('manage_rates')) return <Empty title="Your role does not change rates">Operators and owners do.</Empty>;
  return (
    <Page title={`Import a sheet for ${connection}`}>
      <Text size="sm" c="dimmed">
        Either every row is right, or nothing is stored. Nothing holds before it is put into force. Back to the{' '}
        <Anchor to="/rates/$connection" params={{ connection }} underline="always">
          deck
        </Anchor>
        .
      </Text>
      <Choose sheet={sheet} onChange={setSheet} />
      {sheet && <Look connection={connection} sheet={sheet} />}
    </Page>
  );
}

function Choose({ sheet, onChange }: { sheet: Sheet | undefined; onChange: (sheet: Sheet | undefined) => void }) {
  const [pasted, setPasted] = useState('');
  return (
    <Panel title="1. The sheet" note={sheet?.name ?? 'CSV, at most 256 MiB'}>
      <Stack gap="sm">
        <Group gap="sm">
          <FileButton
            accept=".csv,.txt,.tsv,text/csv,text/plain"
            onChange={(file) => {
              setPasted('');
              if (file) onChange({ name: `${file.name}, ${count(Math.ceil(file.size / 1024))} KiB`, body: file });
            }}
          >
            {(props) => (
              <Button variant={sheet ? 'default' : 'filled'} {...props}>
                {sheet ? 'Choose another file' : 'Choose a file'}
              </Button>
            )}
          </FileButton>
          <Text size="sm" c="dimmed">
            or paste it:
          </Text>
        </Group>
        <Textarea
          aria-label="Pasted sheet"
          placeholder={'MCC;MNC;Price;Currency\n262;01;0.0650;EUR'}
          minRows={3}
          maxRows={8}
          autosize
          value={pasted}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setPasted(text);
            onChange(text.trim() === '' ? undefined : { name: 'pasted', body: new Blob([text]) });
          }}
        />
      </Stack>
    </Panel>
  );
}

function Look({ connection, sheet }: { connection: string; sheet: Sheet }) {
  const saved = useQuery({
    queryKey: ['rates', 'mapping', connection],
    queryFn: async () => {
      const { data, error, response } = await api.GET('/v1/decks/{connection}/mapping', { params: { path: { connection } }, parseAs: 'text' });
      if (response.status === 404) return null;
      if (error) throw error;
      return data;
    },
  });
  const [chosen, choose] = useState<By>();
  const [layout, setLayout] = useState(PLAIN);
  const [isKept, keep] = useState(false);
  const by = chosen ?? (saved.data ? 'saved' : 'found');
  const shown = by === 'here' ? layout : PLAIN;
  // A saved mapping is what counts where none is given; empty keys stand for the usual names.
  const mapping = by === 'saved' ? undefined : by === 'here' ? (mappingOf(layout) ?? '{}') : '{}';
  const seen = useQuery({ queryKey: ['rates', 'preview', sheet.name, sheet.body.size, JSON.stringify(shown)], gcTime: 0, queryFn: () => preview(sheet, shown) });

  const look = useMutation({ mutationFn: () => send(connection, sheet, { dry_run: true, ...(mapping === undefined ? {} : { mapping }) }) });
  const question = `${sheet.name} ${sheet.body.size} ${mapping ?? 'saved'}`;
  const [answered, setAnswered] = useState('');
  const isCurrent = answered === question;
  return (
    <>
      <Panel
        title="2. How it is laid out"
        actions={
          <SegmentedControl
            size="xs"
            aria-label="Columns are found by"
            value={by}
            onChange={(value) => choose(value as By)}
            data={(Object.keys(LAYOUTS) as By[]).filter((name) => name !== 'saved' || saved.data).map((name) => ({ value: name, label: LAYOUTS[name] }))}
          />
        }
      >
        <Stack gap="md">
          {seen.data && <Preview of={seen.data} />}
          {by === 'saved' && saved.data && (
            <Text component="pre" className="mono" m={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {saved.data}
            </Text>
          )}
          {by === 'here' && <LayoutForm of={layout} header={seen.data?.header ?? []} onChange={setLayout} />}
          {by === 'here' && <Checkbox label={`Save this for ${connection}: the next sheet is read so`} checked={isKept} onChange={(event) => keep(event.currentTarget.checked)} />}
          <Group>
            <Button
              loading={look.isPending}
              onClick={() => {
                setAnswered(question);
                look.mutate();
              }}
            >
              Look what it would change
            </Button>
          </Group>
        </Stack>
      </Panel>
      {isCurrent && look.error && <Refusal error={look.error} />}
      {isCurrent && look.data && <Finish key={question} connection={connection} sheet={sheet} mapping={mapping} isKept={isKept && by === 'here'} report={look.data} />}
    </>
  );
}

function Preview({ of }: { of: { header: string[]; rows: string[][] } }) {
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label="The first rows">
      <Table className="numbers" verticalSpacing={2} horizontalSpacing="sm" fz="xs">
        <Table.Thead>
          <Table.Tr>
            {of.header.map((name, place) => (
              <Table.Th key={place} style={{ whiteSpace: 'nowrap' }}>
                {name === '' ? `column ${place + 1}` : name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.rows.map((row, number) => (
            <Table.Tr key={number}>
              {row.map((cell, place) => (
                <Table.Td key={place} style={{ whiteSpace: 'nowrap' }}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function LayoutForm({ of, header, onChange }: { of: Layout; header: string[]; onChange: (layout: Layout) => void }) {
  const set = (part: Partial<Layout>) => onChange({ ...of, ...part });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        Columns: with none chosen they are found by their usual names; once one is chosen, only those that are chosen count.
      </Text>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
        {COLUMNS.map(({ key, label }) => (
          <NativeSelect
            key={key}
            label={label}
            value={of.columns[key] ?? ''}
            data={[{ value: '', label: '–' }, ...header.filter((name, place) => name !== '' && header.indexOf(name) === place)]}
            onChange={(event) => set({ columns: { ...of.columns, [key]: event.currentTarget.value } })}
          />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm">
        <NativeSelect label="Between columns" value={of.delimiter} data={[{ value: '', label: 'found out' }, ',', ';', '|', 'tab']} onChange={(event) => set({ delimiter: event.currentTarget.value })} />
        <NativeSelect label="Decimal sign" value={of.decimal} data={['.', ',']} onChange={(event) => set({ decimal: event.currentTarget.value })} />
        <TextInput label="Currency of all rows" placeholder="EUR" maxLength={3} value={of.currency} onChange={(event) => set({ currency: event.currentTarget.value.toUpperCase() })} />
        <NativeSelect label="Text is" value={of.encoding} data={['utf-8', 'latin-1']} onChange={(event) => set({ encoding: event.currentTarget.value })} />
        <NumberInput label="Lines before the header" min={0} max={1000} value={of.skip_lines} onChange={(value) => set({ skip_lines: Number(value) || 0 })} />
        <TextInput label="Dates are written" placeholder="dd.MM.yyyy" value={of.date_format} onChange={(event) => set({ date_format: event.currentTarget.value })} />
        <TextInput label="Days begin in" placeholder="UTC" value={of.zone} onChange={(event) => set({ zone: event.currentTarget.value })} />
        <Checkbox label="A line names the columns" mt={28} checked={of.header} onChange={(event) => set({ header: event.currentTarget.checked, columns: {} })} />
      </SimpleGrid>
    </Stack>
  );
}

/** Which rows are not right, and what was expected of them. */
function Refusal({ error }: { error: unknown }) {
  if (!isDeckProblem(error)) return <Failure error={error} />;
  return (
    <Panel title="3. What is not right">
      <Stack gap="sm">
        <Alert color="red" variant="light" role="alert">
          {error.detail} {error.columns.length > 0 && `Columns were taken so: ${error.columns.join(', ')}.`}
        </Alert>
        {error.errors.length > 0 && (
          <Rows
            label="Rows that are not right"
            rows={error.errors}
            keyOf={(row) => `${row.line} ${row.column} ${row.expected}`}
            columns={[
              { title: 'Line', isNumber: true, cell: (row) => row.line },
              { title: 'Column', cell: (row) => row.column },
              { title: 'Has', cell: (row) => <span className="mono">{row.value}</span> },
              { title: 'Expected', cell: (row) => row.expected },
            ]}
          />
        )}
        {error.bad_rows > error.errors.length && <Text size="sm">and {count(error.bad_rows - error.errors.length)} more</Text>}
      </Stack>
    </Panel>
  );
}

function Finish({ connection, sheet, mapping, isKept, report }: { connection: string; sheet: Sheet; mapping: string | undefined; isKept: boolean; report: ImportReport }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const [from, setFrom] = useState('');
  const why = note === '' ? {} : { note };
  const store = useMutation({
    mutationFn: async (isActivated: boolean) => {
      const begins = from === '' ? {} : { valid_from: new Date(from).toISOString() };
      if (isKept && mapping !== undefined) {
        const { error } = await api.PUT('/v1/decks/{connection}/mapping', {
          params: { path: { connection } },
          body: mapping,
          bodySerializer: (body) => body as string,
          headers: { 'Content-Type': 'application/yaml' },
        });
        if (error) throw error;
      }
      const { revision } = await send(connection, sheet, { ...(mapping === undefined ? {} : { mapping }), ...begins, ...why });
      if (!revision || !isActivated) return revision;
      const { data, error } = await api.POST('/v1/decks/{connection}/revisions/{revision}/activate', {
        params: { path: { connection, revision: revision.revision } },
        body: { expected: revision.parent, ...begins, ...why },
      });
      if (error) throw error;
      return data;
    },
    onSuccess: (revision) => {
      if (revision) told.done(revision.state === 'draft' ? `Stored as the draft ${revision.revision}.` : isLater(revision.valid_from) ? `Revision ${revision.revision} takes over at its time.` : `Revision ${revision.revision} is in force.`);
      void queries.invalidateQueries();
      void navigate({ to: '/rates/$connection', params: { connection } });
    },
    onError: told.failed,
  });
  return (
    <Panel title="3. What it would change" note={`${count(report.rows)} rows`}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Columns were taken so: {report.columns.join(', ')}.
        </Text>
        {report.zero_prices > 0 && (
          <Alert color="yellow" variant="light">
            {count(report.zero_prices)} {report.zero_prices === 1 ? 'row has' : 'rows have'} a price of 0. Some vendors mean “not served” by it.
          </Alert>
        )}
        {report.unknown_currencies.length > 0 && (
          <Alert color="red" variant="light">
            The price of {report.unknown_currencies.join(', ')} is not known: it can be stored, and put into force once the currency is under the rates.
          </Alert>
        )}
        <DeckChanges of={report.diff} />
        <SimpleGrid cols={{ base: 1, sm: 2 }} maw={640}>
          <TextInput label="From" description="In your zone; empty for at once" type="datetime-local" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
          <TextInput label="Why" description="For the record" maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        </SimpleGrid>
        <Group gap="xs">
          <Button variant="default" loading={store.isPending && !store.variables} disabled={store.isPending} onClick={() => store.mutate(false)}>
            Store as a draft
          </Button>
          <Button loading={store.isPending && store.variables} disabled={store.isPending} onClick={() => store.mutate(true)}>
            {from === '' ? 'Put into force' : 'Put into force from then on'}
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}

interface Wishes {
  dry_run?: boolean;
  mapping?: string;
  valid_from?: string;
  note?: string;
}

async function send(connection: string, sheet: Sheet, query: Wishes): Promise<ImportReport> {
  const { data, error } = await api.POST('/v1/decks/{connection}/import', {
    params: { path: { connection }, query },
    body: '',
    bodySerializer: () => sheet.body,
    headers: { 'Content-Type': 'text/csv' },
  });
  if (error) throw error;
  return data;
}

function isDeckProblem(error: unknown): error is DeckProblem {
  return isProblem(error) && error.code === 'deck_invalid';
}
