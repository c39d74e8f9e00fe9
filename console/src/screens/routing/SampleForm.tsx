import { Alert, Button, FileButton, Group, NativeSelect, Select, SimpleGrid, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { Failure } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { Sheet } from '../../ui/Sheet';
import { MOST_PASTED_CHARACTERS, MOST_UPLOAD_BYTES, type Sample, isSampleProblem, rehearseSample } from './sample';

const CLASSES = [
  { value: '', label: 'transactional' },
  { value: 'otp', label: 'one-time code (otp)' },
  { value: 'marketing', label: 'marketing' },
];
const FIELDS = ['from', 'class', 'account'];

/** A rehearsal with messages of the operator's own: a list of numbers, or a table. */
export function SampleForm({ text, isOff }: { text: string; isOff: boolean }) {
  const [pasted, setPasted] = useState('');
  const [file, setFile] = useState<File>();
  const [from, setFrom] = useState('');
  const [kind, setKind] = useState('');
  const [account, setAccount] = useState('');
  const accounts = $api.useQuery('get', '/v1/accounts', { params: { query: { limit: 1000 } } }, { staleTime: 60_000 });
  const all = accounts.data?.accounts ?? [];
  const stop = useRef<AbortController>(undefined);
  const reset = useRef<() => void>(null);

  const sample: Sample | undefined = file ? { name: file.name, body: file } : pasted.trim() !== '' ? { name: 'pasted', body: new Blob([pasted]) } : undefined;
  const tooMuch = file && file.size > MOST_UPLOAD_BYTES ? 'The file is larger than 256 MiB: take a part of it, or let rows stand for many messages with a column count.' : undefined;
  const rehearse = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController();
      if (sample) await rehearseSample(text, sample, { from, class: kind, account }, stop.current.signal);
    },
  });
  const error = rehearse.error instanceof DOMException && rehearse.error.name === 'AbortError' ? null : rehearse.error;
  const field = isProblem(error) ? error.field : undefined;
  const refusalOf = (name: string) => (field === name ? wordsOf(error) : undefined);
  const take = (chosen: File | null) => {
    rehearse.reset();
    setFile(chosen ?? undefined);
    if (!chosen) reset.current?.();
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rehearse.mutate();
      }}
    >
      <Stack gap="sm">
        <Textarea
          label="Messages"
          description="A number on each line; or a table whose first line names its columns: number, and as you like sender, class, account, count, segments or body, campaign, tag, time. Rows from a spreadsheet can be pasted as they are."
          placeholder={'number,class,count\n+4915112345678,otp,200\n+33612345678,marketing,50'}
          classNames={{ input: 'mono' }}
          minRows={5}
          maxRows={14}
          autosize
          maxLength={MOST_PASTED_CHARACTERS}
          spellCheck={false}
          disabled={file !== undefined}
          value={file ? '' : pasted}
          onChange={(event) => {
            rehearse.reset();
            setPasted(event.currentTarget.value);
          }}
          error={!file && pasted.length >= MOST_PASTED_CHARACTERS ? 'More than a million characters are better put into a file.' : undefined}
        />
        <Group gap="xs">
          <FileButton onChange={take} accept=".csv,.txt,.tsv,.ndjson,.jsonl,text/csv,text/plain" resetRef={reset}>
            {(props) => (
              <Button {...props} size="xs" variant="default" leftSection={<IconUpload size={14} aria-hidden />}>
                {file ? 'Another file' : 'Choose a file'}
              </Button>
            )}
          </FileButton>
          {file && (
            <>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {file.name}, {count(Math.ceil(file.size / 1024))} KiB
              </Text>
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => take(null)}>
                Take it away
              </Button>
            </>
          )}
          {!file && (
            <Text size="xs" c="dimmed">
              CSV, a list, or JSON lines; up to 256 MiB and 10 million messages
            </Text>
          )}
        </Group>
        {tooMuch && (
          <Alert color="red" variant="light" role="alert">
            {tooMuch}
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" maw={760}>
          <TextInput label="Sender" description="of rows that name none" placeholder="ACME" maxLength={20} value={from} onChange={(event) => setFrom(event.currentTarget.value)} error={refusalOf('from')} />
          <NativeSelect label="Class" description="of rows that name none" data={CLASSES} value={kind} onChange={(event) => setKind(event.currentTarget.value)} error={refusalOf('class')} />
          {all.length > 1 && (
            <Select
              label="Account"
              description="of rows that name none"
              placeholder="Choose"
              data={all.map((one) => ({ value: one.account_sid, label: one.name === '' ? one.account_sid : one.name }))}
              value={account === '' ? null : account}
              onChange={(value) => setAccount(value ?? '')}
              searchable={all.length > 8}
              clearable
              clearButtonProps={{ 'aria-label': 'No account' }}
              error={refusalOf('account')}
            />
          )}
        </SimpleGrid>
        <Group gap="xs">
          <Button type="submit" size="xs" loading={rehearse.isPending} disabled={isOff || !sample || tooMuch !== undefined}>
            Rehearse with the sample
          </Button>
          {rehearse.isPending && (
            <Button size="xs" variant="default" onClick={() => stop.current?.abort()}>
              Cancel
            </Button>
          )}
        </Group>
        {error && !FIELDS.includes(field ?? '') && <Refusal error={error} />}
      </Stack>
    </form>
  );
}

/** Which rows are not right, and what was expected of them. */
function Refusal({ error }: { error: unknown }) {
  if (!isSampleProblem(error)) return <Failure error={error} />;
  return (
    <Stack gap="sm">
      <Alert color="red" variant="light" role="alert" title="Nothing was rehearsed">
        {error.detail}
      </Alert>
      {error.errors.length > 0 && (
        <Sheet
          label="Rows that are not right"
          rows={error.errors}
          most={20}
          keyOf={(row) => `${row.line} ${row.column} ${row.expected}`}
          columns={[
            { title: 'Line', isNumber: true, cell: (row) => row.line },
            { title: 'Column', cell: (row) => row.column },
            { title: 'Has', cell: (row) => <span className="mono">{row.value === '' ? 'nothing' : row.value}</span> },
            { title: 'Expected', isText: true, cell: (row) => row.expected },
          ]}
        />
      )}
      {error.bad_rows > error.errors.length && <Text size="sm">and {count(error.bad_rows - error.errors.length)} more</Text>}
    </Stack>
  );
}
