import { Button, Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { NOTHING } from './format';
import './sheet.css';

export interface Column<T> {
  title: string;
  /** Running text, which may take several lines; everything else stays on one. */
  isText?: boolean;
  /** Figures stand at the right, so that they can be compared. */
  isNumber?: boolean;
  /** Where it stands when a row is a card: what the card is about, its state at the right, or left out. Without it: the first column, 'State', and facts below. */
  card?: 'head' | 'aside' | 'none';
  cell: (row: T) => ReactNode;
}

interface SheetOf<T> {
  label: string;
  columns: Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** More rows than these are shown when they are asked for. */
  most?: number;
}

/**
 * A plain table of some dozen rows. On a telephone each row is a card, so that nothing has to be pushed aside to be read; a table of figures, which are there to be
 * compared, stays one, and its first column stays in sight.
 */
export function Sheet<T>({ label, columns, rows, keyOf, most }: SheetOf<T>) {
  const [isWhole, showWhole] = useState(false);
  const isLong = most !== undefined && rows.length > most;
  const shown = isLong && !isWhole ? rows.slice(0, most) : rows;
  const isFigures = columns.slice(1).every((column) => column.isNumber);
  const parts = partsOf(columns);
  return (
    <>
      <div className="scrolls sheet" tabIndex={0} role="region" aria-label={label}>
        <Table highlightOnHover verticalSpacing={6} horizontalSpacing="xs" className={`numbers ${isFigures ? 'figures' : 'cards'}`} role="table">
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              {columns.map((column) => (
                <Table.Th key={column.title} role="columnheader" data-align={alignOf(column)}>
                  {column.title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody role="rowgroup">
            {shown.map((row) => (
              <Table.Tr key={keyOf(row)} role="row">
                {columns.map((column, place) => {
                  const content = column.cell(row);
                  return (
                    <Table.Td
                      key={column.title}
                      role="cell"
                      data-align={alignOf(column)}
                      data-title={column.title || undefined}
                      data-part={parts[place]}
                      data-is-text={column.isText || undefined}
                      data-is-none={content === NOTHING || content === '' || content == null || content === false || undefined}
                    >
                      {content}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {isLong && (
        <Button size="compact-sm" variant="default" mt="xs" aria-expanded={isWhole} onClick={() => showWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${rows.length}`}
        </Button>
      )}
    </>
  );
}

/** What can be done with a row has no title, and stands at the end. */
const isActions = (column: { title: string; isNumber?: boolean }) => column.title === '' && !column.isNumber;

const alignOf = (column: { title: string; isNumber?: boolean }) => (column.isNumber || isActions(column) ? 'right' : 'left');

function partsOf<T>(columns: Column<T>[]) {
  const head = Math.max(0, columns.some((column) => column.card === 'head') ? columns.findIndex((column) => column.card === 'head') : columns.findIndex((column) => column.title !== ''));
  const aside = columns.some((column) => column.card === 'aside') ? columns.findIndex((column) => column.card === 'aside') : columns.findIndex((column) => column.title === 'State');
  return columns.map((column, place) => {
    if (place === head) return 'head';
    if (place === aside) return 'aside';
    if (column.card === 'none' || (column.title === '' && column.isNumber)) return 'none';
    return isActions(column) ? 'actions' : 'fact';
  });
}
