import { $api } from '../../api/client';
import type { AuditEntry } from '../../api/schema';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';

const ACTIONS: Partial<Record<AuditEntry['action'], string>> = { draft: 'stored a draft', activate: 'put into force', roll_back: 'rolled back', delete: 'deleted a draft' };

/** Who did what, when and why. */
export function Record({ kind, name }: { kind: string; name?: string }) {
  const record = $api.useQuery('get', '/v1/audit', { params: { query: { kind, ...(name === undefined ? {} : { name }), limit: 100 } } }, { refetchInterval: 10_000 });
  return (
    <Panel title="Record" note="who did what, the newest first">
      <Content of={record}>
        {(data) =>
          data.entries.length === 0 ? (
            <Empty title="Nothing is on record">Whatever is stored, put into force or rolled back appears here.</Empty>
          ) : (
            <Sheet
              label="Record"
              rows={data.entries}
              keyOf={(row) => String(row.id)}
              columns={[
                { title: 'When', cell: (row) => <When at={row.at} /> },
                { title: 'Who', cell: (row) => row.by },
                ...(name === undefined ? [{ title: 'Of', cell: (row: AuditEntry) => row.name }] : []),
                { title: 'What', cell: (row) => ACTIONS[row.action] ?? row.action },
                { title: 'Revision', cell: (row) => (row.action === 'draft' || row.from_revision === 0 ? row.to_revision : `${row.from_revision} → ${row.to_revision}`) },
                { title: 'From', cell: (row) => <When at={row.valid_from} empty={row.action === 'activate' ? 'at once' : undefined} /> },
                { title: 'Why', cell: (row) => (row.note === '' ? '–' : row.note) },
              ]}
            />
          )
        }
      </Content>
    </Panel>
  );
}
