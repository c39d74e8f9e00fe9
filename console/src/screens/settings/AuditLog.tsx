import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import { settings as route } from '../../app/router';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';
import { AuditTarget } from './AuditTarget';
import { actionOf, kindsToChoose } from './record';

const SETTLE_MS = 300;

/** Who did what, the newest first. */
export function AuditLog() {
  const { kind, name, by, before } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const list = $api.useQuery('get', '/v1/audit', { params: { query: { kind, name, by, before, limit: 50 } } }, { refetchInterval: before ? false : 10_000 });
  const show = (search: { kind?: string | undefined; name?: string | undefined; by?: string | undefined; before?: number | undefined }, replace = false) =>
    void navigate({ search: { view: 'audit', ...search }, replace });
  const findName = useDebouncedCallback((text: string) => show({ kind, name: text || undefined, by }, true), SETTLE_MS);
  const findBy = useDebouncedCallback((text: string) => show({ kind, name, by: text || undefined }, true), SETTLE_MS);
  return (
    <Panel
      title="Audit log"
      note="who did what"
      actions={
        <Group gap="xs">
          <Select
            size="xs"
            aria-label="Kind"
            placeholder="All kinds"
            clearable
            searchable
            data={kindsToChoose(may('read_users'))}
            value={kind ?? null}
            onChange={(value) => show({ kind: value ?? undefined, name, by })}
          />
          <TextInput size="xs" w={130} aria-label="Who" placeholder="Who, whole name" defaultValue={by ?? ''} onChange={(event) => findBy(event.currentTarget.value)} />
          <TextInput size="xs" w={130} aria-label="Of what" placeholder="Of what, whole" defaultValue={name ?? ''} onChange={(event) => findName(event.currentTarget.value)} />
        </Group>
      }
    >
      <Content of={list}>
        {(data) => (
          <Stack gap="sm">
            {data.entries.length === 0 ? (
              <Empty title="Nothing on record">{kind || name || by || before ? 'No line fits. Take the filters away to see all.' : 'Whatever somebody changes leaves a line here, with their name.'}</Empty>
            ) : (
              <Sheet
                label="Audit log"
                rows={data.entries}
                keyOf={(row) => String(row.id)}
                columns={[
                  { title: 'When', cell: (row) => <When at={row.at} /> },
                  { title: 'Who', cell: (row) => row.by },
                  { title: 'What', cell: actionOf },
                  { title: 'Of', cell: (row) => <AuditTarget entry={row} /> },
                  { title: 'Particulars', isText: true, cell: (row) => <span style={{ overflowWrap: 'anywhere' }}>{row.note || '–'}</span> },
                  { title: 'Revision', isNumber: true, cell: (row) => (row.to_revision ? `${row.from_revision} → ${row.to_revision}` : '–') },
                ]}
              />
            )}
            {(before || data.next_before) && (
              <Group justify="flex-end" gap="xs">
                {before && (
                  <Button size="xs" variant="default" onClick={() => show({ kind, name, by })}>
                    The newest
                  </Button>
                )}
                {data.next_before && (
                  <Button size="xs" variant="default" onClick={() => show({ kind, name, by, before: data.next_before ?? undefined })}>
                    Older
                  </Button>
                )}
              </Group>
            )}
          </Stack>
        )}
      </Content>
    </Panel>
  );
}
