import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<T> {
  title: string;
  /** Running text, which may take several lines; everything else stays on one. */
  isText?: boolean;
  /** Figures stand at the right, so that they can be compared. */
  isNumber?: boolean;
  cell: (row: T) => ReactNode;
}

/** A plain table of some dozen rows. */
export function Sheet<T>({ label, columns, rows, keyOf }: { label: string; columns: Column<T>[]; rows: readonly T[]; keyOf: (row: T) => string }) {
  return (
    <div className="scrolls" tabIndex={0} role="region" aria-label={label}>
      <Table highlightOnHover verticalSpacing={6} horizontalSpacing="sm" className="numbers">
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
          {rows.map((row) => (
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
  );
}
