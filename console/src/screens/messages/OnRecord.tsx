import { $api } from '../../api/client';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';

const ACTIONS: Record<string, string> = {
  message_cancel: 'canceled it',
  message_redact: 'removed its text',
  message_resend: 'sent it again',
  message_webhook_replay: 'sent a webhook again',
};

/** What those who run the gateway did with it. */
export function OnRecord({ id }: { id: string }) {
  const audit = $api.useQuery('get', '/v1/audit', { params: { query: { kind: 'messages', name: id } } });
  if (!audit.data || audit.data.entries.length === 0) return null;
  return (
    <Panel title="On record" note="what those who run the gateway did with it">
      <Sheet
        label="On record"
        rows={audit.data.entries}
        keyOf={(row) => `${row.id}`}
        columns={[
          { title: 'When', cell: (row) => <When at={row.at} /> },
          { title: 'Who', cell: (row) => row.by },
          { title: 'What', cell: (row) => ACTIONS[row.action] ?? row.action },
          { title: 'Note', cell: (row) => <span className="mono">{row.note}</span> },
        ]}
      />
    </Panel>
  );
}
