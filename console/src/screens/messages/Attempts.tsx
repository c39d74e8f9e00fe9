import { Stack, Text, Tooltip } from '@mantine/core';
import { useMay } from '../../api/session';
import type { Attempt, Segment, Timeline } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Empty } from '../../ui/Feedback';
import { duration } from '../../ui/format';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { Precisely } from '../../ui/When';
import { statusText } from '../../ui/words';
import { OUTCOMES, RECEIPTS, SEGMENT_STATES } from './words';

/** A code with what it means on hover. */
function Code({ code, meaning }: { code: string | null; meaning: string | undefined }) {
  if (!code) return <>–</>;
  return (
    <Tooltip label={meaning ?? code} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <span className="mono" tabIndex={0}>
        {code}
      </span>
    </Tooltip>
  );
}

export function Attempts({ of }: { of: Timeline }) {
  const may = useMay();
  if (of.attempts.length === 0) return <Empty title="No attempt">Nothing of it was handed to a connection.</Empty>;
  return (
    <Sheet<Attempt>
      label="Attempts"
      rows={of.attempts}
      keyOf={(row) => `${row.number}`}
      columns={[
        { title: '', isNumber: true, cell: (row) => row.number },
        { title: 'Connection', cell: (row) => (may('read_operation') ? <Anchor size="sm" to="/routes/$name" params={{ name: row.connection }}>{row.connection}</Anchor> : row.connection) },
        { title: 'Outcome', cell: (row) => <StateBadge state={row.outcome} words={OUTCOMES} label={row.outcome.replace('_', ' ')} /> },
        { title: 'Answer', cell: (row) => <Code code={row.command_status} meaning={statusText(row.command_status)} /> },
        { title: 'Began', cell: (row) => <Precisely at={row.started_at} /> },
        { title: 'Took', isNumber: true, cell: (row) => duration(row.ended_at ? (new Date(row.ended_at).getTime() - new Date(row.started_at).getTime()) / 1000 : null) },
        { title: 'Rule', cell: (row) => `${row.decision.rule}, plan ${row.decision.plan_revision}` },
        { title: 'Possible duplicate', cell: (row) => (row.possible_duplicate ? 'yes' : 'no') },
      ]}
    />
  );
}

export function Segments({ of }: { of: Timeline }) {
  if (of.segments.length === 0 && of.superseded.length === 0) return <Empty title="No segments yet">It is cut into segments at its first attempt.</Empty>;
  return (
    <Stack gap="sm">
      {of.segments.length > 0 && <SegmentSheet label="Segments" rows={of.segments} />}
      {of.superseded.map((copy) => (
        <Stack key={copy.attempt} gap={4}>
          <Text size="sm" c="dimmed">
            The copy of attempt {copy.attempt}, which was sent another way:
          </Text>
          <SegmentSheet label={`Segments of attempt ${copy.attempt}`} rows={copy.segments} />
        </Stack>
      ))}
    </Stack>
  );
}

function SegmentSheet({ label, rows }: { label: string; rows: Segment[] }) {
  return (
    <Sheet
      label={label}
      rows={rows}
      keyOf={(row) => `${row.number}`}
      columns={[
        { title: '', isNumber: true, cell: (row) => row.number },
        { title: 'State', cell: (row) => <StateBadge state={row.state} words={SEGMENT_STATES} label={row.state.replace('_', ' ')} /> },
        { title: 'Attempt', isNumber: true, cell: (row) => row.attempt || '–' },
        { title: 'Vendor’s id', cell: (row) => <span className="mono">{row.vendor_id ?? '–'}</span> },
        { title: 'Answer', cell: (row) => <Code code={row.command_status} meaning={statusText(row.command_status)} /> },
        { title: 'Receipt', cell: (row) => <Code code={row.receipt_state} meaning={RECEIPTS[row.receipt_state ?? '']} /> },
        { title: 'Error of the receipt', cell: (row) => row.receipt_error ?? '–' },
        { title: 'Possible duplicate', cell: (row) => (row.possible_duplicate ? 'yes' : 'no') },
      ]}
    />
  );
}
