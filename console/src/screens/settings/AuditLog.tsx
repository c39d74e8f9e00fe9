import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { $api } from '../../api/client';
import { useMay } from '../../api/session';
import { settings as route } from '../../app/router';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';
import { KIND_NAMES, KINDS, isKind } from './kinds';

const SETTLE_MS = 300;

/** Who changed what, the newest first. */
export function AuditLog() {
  const { kind, name, before } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const list = $api.useQuery('get', '/v1/audit', { params: { query: { kind, name: kind ? name : undefined, before, limit: 50 } } }, { refetchInterval: before ? false : 10_000 });
  const kinds = [
    ...KIND_NAMES.map((value) => ({ value: value as string, label: KINDS[value].label })),
    { value: 'access', label: 'Keys and credentials' },
    ...(may('read_users') ? [{ value: 'users', label: 'Users' }] : []),
  ];
  const find = useDebouncedCallback((text: string) => void navigate({ search: { view: 'audit', kind, name: text || undefined }, replace: true }), SETTLE_MS);
  return (
    <Panel
      title="Audit log"
      note="who changed what"
      actions={
        <Group gap="xs">
          <Select size="xs" aria-label="Kind" placeholder="All kinds" clearable data={kinds} value={kind ?? null} onChange={(value) => void navigate({ search: { view: 'audit', kind: value ?? undefined } })} />
          {kind && <TextInput key={kind} size="xs" aria-label="Name" placeholder="Name, whole" defaultValue={name ?? ''} onChange={(event) => find(event.currentTarget.value)} />}
        </Group>
      }
    >
      <Content of={list}>
        {(data) => (
          <Stack gap="sm">
            {data.entries.length === 0 ? (
              <Empty title="Nothing on record">{kind || before ? 'No line fits. Take the filter away to see all.' : 'Every change that is made at run time leaves a line here, with the name of whoever made it.'}</Empty>
            ) : (
              <Sheet
                label="Audit log"
                rows={data.entries}
                keyOf={(row) => String(row.id)}
                columns={[
                  { title: 'When', cell: (row) => <When at={row.at} /> },
                  { title: 'Who', cell: (row) => row.by },
                  { title: 'What', cell: (row) => row.action.replaceAll('_', ' ') },
                  { title: 'Of', cell: (row) => (isKind(row.kind) ? KINDS[row.kind].label : row.kind === 'access' ? 'Keys and credentials' : row.kind) },
                  { title: 'Name', cell: (row) => <span className="mono">{row.name}</span> },
                  { title: 'Revision', isNumber: true, cell: (row) => (row.to_revision ? `${row.from_revision} → ${row.to_revision}` : '–') },
                  { title: 'Note', cell: (row) => <div style={{ overflowWrap: 'anywhere', minWidth: 180 }}>{row.note || '–'}</div> },
                ]}
              />
            )}
            {(before || data.next_before) && (
              <Group justify="flex-end" gap="xs">
                {before && (
                  <Button size="xs" variant="default" onClick={() => void navigate({ search: { view: 'audit', kind, name } })}>
                    The newest
                  </Button>
                )}
                {data.next_before && (
                  <Button size="xs" variant="default" onClick={() => void navigate({ search: { view: 'audit', kind, name, before: data.next_before ?? undefined } })}>
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
