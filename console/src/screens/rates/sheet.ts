/** A vendor's sheet as it was chosen or pasted, with the beginning of it for people to look at. */
export interface Sheet {
  name: string;
  body: Blob;
}

/** How a sheet is laid out: the keys of `mapping` in docs/rates.md. What is left out has its default. */
export interface Layout {
  columns: Partial<Record<(typeof COLUMNS)[number]['key'], string>>;
  delimiter: string;
  header: boolean;
  skip_lines: number;
  decimal: string;
  currency: string;
  encoding: string;
  date_format: string;
  zone: string;
}

export const COLUMNS = [
  { key: 'price', label: 'Price' },
  { key: 'currency', label: 'Currency' },
  { key: 'mccmnc', label: 'MCC and MNC in one' },
  { key: 'mcc', label: 'MCC' },
  { key: 'mnc', label: 'MNC' },
  { key: 'prefix', label: 'Prefix' },
  { key: 'country', label: 'Country' },
  { key: 'from', label: 'Holds from' },
  { key: 'until', label: 'Holds until' },
] as const;

export const PLAIN: Layout = { columns: {}, delimiter: '', header: true, skip_lines: 0, decimal: '.', currency: '', encoding: 'utf-8', date_format: '', zone: '' };

const SIGNS: Record<string, string> = { ',': ',', ';': ';', '|': '|', tab: '\t' };
const PREVIEW_OCTETS = 64 * 1024;
const PREVIEW_ROWS = 5;

/** The mapping that a request takes; undefined where nothing differs from the defaults. */
export function mappingOf(layout: Layout): string | undefined {
  const columns = Object.fromEntries(Object.entries(layout.columns).filter(([, name]) => name));
  const keys: Record<string, unknown> = {
    ...(Object.keys(columns).length > 0 ? { columns } : {}),
    ...(layout.delimiter ? { delimiter: layout.delimiter } : {}),
    ...(layout.header ? {} : { header: false }),
    ...(layout.skip_lines > 0 ? { skip_lines: layout.skip_lines } : {}),
    ...(layout.decimal === '.' ? {} : { decimal: layout.decimal }),
    ...(layout.currency ? { currency: layout.currency } : {}),
    ...(layout.encoding === 'utf-8' ? {} : { encoding: layout.encoding }),
    ...(layout.date_format ? { date_format: layout.date_format } : {}),
    ...(layout.zone ? { zone: layout.zone } : {}),
  };
  return Object.keys(keys).length === 0 ? undefined : JSON.stringify(keys);
}

/** The first lines, in cells. What really counts is how the gateway reads the sheet: this is to choose columns by. */
export async function preview(sheet: Sheet, layout: Layout): Promise<{ header: string[]; rows: string[][] }> {
  const octets = await sheet.body.slice(0, PREVIEW_OCTETS).arrayBuffer();
  const text = new TextDecoder(layout.encoding === 'latin-1' ? 'iso-8859-1' : 'utf-8').decode(octets);
  const lines = text.split(/\r\n|\n|\r/).slice(layout.skip_lines).filter((line) => line !== '');
  const sign = SIGNS[layout.delimiter] ?? guess(lines[0] ?? '');
  const cells = lines.slice(0, PREVIEW_ROWS + 1).map((line) => split(line, sign));
  const width = Math.max(0, ...cells.map((row) => row.length));
  return layout.header
    ? { header: cells[0] ?? [], rows: cells.slice(1) }
    : { header: Array.from({ length: width }, (_, place) => String(place + 1)), rows: cells.slice(0, PREVIEW_ROWS) };
}

function guess(line: string) {
  const counts = Object.values(SIGNS).map((sign) => [line.split(sign).length, sign] as const);
  return counts.sort(([a], [b]) => b - a)[0]?.[1] ?? ',';
}

function split(line: string, sign: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const at = line[i];
    if (at === '"' && isQuoted && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (at === '"') isQuoted = !isQuoted;
    else if (at === sign && !isQuoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += at;
  }
  return [...cells, cell.trim()];
}
