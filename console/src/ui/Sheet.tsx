import { Button, Table } from '@mantine/core';
import { type ReactNode, useState } from 'react';

export interface Column<T> {
  title: string;
  /** Running text, which may take several lines; everything else stays on one. */
  isText?: boolean;
  /** Figures stand at the right, so that they can be compared. */
  isNumber?: boolean;
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

/** A plain table of some dozen rows. */
export function Sheet<T>({ label, columns, rows, keyOf, most }: SheetOf<T>) {
  const [isWhole, showWhole] = useState(false);
  const isLong = most !== undefined && rows.length > most;
  const shown = isLong && !isWhole ? rows.slice(0, most) : rows;
  return (
    <>
      <div className="scrolls" tabIndex={0} role="region" aria-label={label}>
        <Table highlightOnHover verticalSpacing={6} horizontalSpacing="xs" className="numbers">
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column.title} ta={column.isNumber ? 'right' : 'left'} style={{ whiteSpace: 'nowrap' }}>
                  {column.title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row) => (
              <Table.Tr key={keyOf(row)}>
                {columns.map((column) => (
                  <Table.Td key={column.title} ta={column.isNumber ? 'right' : 'left'} style={column.isText ? { minWidth: '14rem' } : { whiteSpace: 'nowrap' }}>
                    {column.cell(row)}
                  </Table.Td>
                ))}
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
