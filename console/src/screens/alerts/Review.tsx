import { Stack, Text, Title } from '@mantine/core';
import { Anchor } from '../../ui/Anchor';
import { NOTHING } from '../../ui/format';
import { Sentence } from '../../ui/Sentence';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { INCIDENT_STATES, SEVERITIES } from '../../ui/words';

type Part = { kind: 'title' | 'text'; text: string } | { kind: 'table'; title: string; columns: string[]; rows: string[][] };

/** The review as it is read: its Markdown is that of the gateway alone, with headings, sentences and tables. */
export function Review({ markdown }: { markdown: string }) {
  return (
    <Stack gap="sm">
      {partsOf(markdown).map((part, place) => {
        if (part.kind === 'table') return <Rows key={place} of={part} />;
        if (part.kind === 'title')
          return (
            <Title key={place} order={3} size="h6" mt="xs">
              {part.text}
            </Title>
          );
        return (
          <Text key={place} size="sm" c={part.text === 'None.' ? 'dimmed' : undefined}>
            {part.text}
          </Text>
        );
      })}
    </Stack>
  );
}

function Rows({ of: { title, columns, rows } }: { of: { title: string; columns: string[]; rows: string[][] } }) {
  const id = columns.findIndex((column) => column === 'id' || column === 'incident');
  // What it is about stands behind when it began.
  const what = columns.indexOf('what');
  const shown = columns.filter((column, place) => place !== id && column !== 'what');
  if (what >= 0) shown.splice(1, 0, 'what');
  return (
    <Sheet
      label={title}
      rows={rows}
      keyOf={(row) => row.join(' ')}
      columns={shown.map((column) => ({
        title: column.charAt(0).toUpperCase() + column.slice(1),
        isText: column === 'what' || column === 'what was done',
        isNumber: column === 'messages moved' || column === 'told',
        ...(column === 'what' || column === 'cell' ? { card: 'head' as const } : {}),
        cell: (row: string[]) => <Cell column={column} text={row[columns.indexOf(column)] ?? ''} id={row[id] ?? ''} />,
      }))}
    />
  );
}

function Cell({ column, text, id }: { column: string; text: string; id: string }) {
  if (column === 'severity') return <StateBadge state={text} words={SEVERITIES} />;
  if (column === 'state') return <StateBadge state={text} words={INCIDENT_STATES} />;
  if ((column === 'what' || column === 'cell') && id.startsWith('IN')) return <Anchor to="/incidents/$id" params={{ id }} fw={600}>{text}</Anchor>;
  return text === '' ? NOTHING : <Sentence text={text} />;
}

function partsOf(markdown: string): Part[] {
  const parts: Part[] = [];
  for (const line of markdown.split('\n')) {
    const last = parts.at(-1);
    // The heading of the whole is that of the panel.
    if (line === '' || line.startsWith('# ') || /^\|(---\|)+$/.test(line)) continue;
    if (line.startsWith('## ')) parts.push({ kind: 'title', text: line.slice(3) });
    else if (!line.startsWith('| ')) parts.push({ kind: 'text', text: line });
    else if (last?.kind === 'table') last.rows.push(cellsOf(line));
    else parts.push({ kind: 'table', title: last?.kind === 'title' ? last.text : '', columns: cellsOf(line), rows: [] });
  }
  return parts;
}

// What ends a cell, and what would be markup, is escaped.
const cellsOf = (line: string) =>
  line
    .slice(2, -2)
    .split(' | ')
    .map((cell) => cell.replace(/&lt;/g, '<').replace(/\\([\\|])/g, '$1').trim());
