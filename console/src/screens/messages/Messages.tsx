import { Badge, Button, Group, Stack, Text, Tooltip } from '@mantine/core';
import { IconDownload, IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { useMay } from '../../api/session';
import type { Message } from '../../api/schema';
import { messages as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty, Failure } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { Page, Panel } from '../../ui/Page';
import { type Column, Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { When, useNow } from '../../ui/When';
import { MESSAGE_STATES } from '../../ui/words';
import { DIRECTION } from './words';
import { FilterBar } from './FilterBar';
import { type Filters, queryOf } from './filters';
import { useFurther } from './further';

const PAGE = 50;

/** The newest are asked for again while nobody has gone further back. */
const FRESH_MS = 5000;

export function Messages() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const [asked, setAsked] = useState(() => Date.now());
  const query = queryOf(filters, asked);
  const change = (next: Filters) => {
    setAsked(Date.now());
    void navigate({ search: next, replace: true });
  };
  const found = useInfiniteQuery({
    queryKey: ['get', '/v1/messages', query],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor, signal }) => {
      const { data, error } = await api.GET('/v1/messages', { params: { query: { ...query, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } }, signal });
      if (error) throw error;
      return data;
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? FRESH_MS : false),
  });
  const rows = found.data?.pages.flatMap((page) => page.messages);
  const further = useFurther(found, PAGE);
  return (
    <Page title="Messages" actions={<Actions filters={filters} refresh={() => setAsked(Date.now())} />}>
      <FilterBar filters={filters} onChange={change} />
      <Panel title="Found" note={rows && <Told rows={rows.length} reached={further.reached} />}>
        <Content of={{ ...found, data: rows }} rows={8}>
          {(all) => (
            <Stack gap="sm" style={{ opacity: found.isPlaceholderData ? 0.6 : 1 }}>
              {all.length > 0 && <List rows={all} filters={filters} onFilter={change} />}
              {all.length === 0 && !further.isLooking && (further.reached ? <Empty title="None yet">Nothing that fits was found so far. Look further back, or choose a shorter time.</Empty> : <None isFiltered={Object.keys(query).length > 0} />)}
              {further.error !== null && <Failure error={further.error} again={further.more} />}
              {further.reached && (
                <Group justify="center" gap="sm" aria-live="polite">
                  <Button variant="default" loading={further.isLooking} onClick={further.more}>
                    {all.length === 0 ? 'Look further back' : 'Older messages'}
                  </Button>
                </Group>
              )}
            </Stack>
          )}
        </Content>
      </Panel>
    </Page>
  );
}

function Told({ rows, reached }: { rows: number; reached: string | undefined }) {
  return (
    <>
      {count(rows)} {rows === 1 ? 'message' : 'messages'}
      {reached && (
        <>
          , back to <When at={reached} />
        </>
      )}
    </>
  );
}

function None({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <Empty title="No messages">No message has all that is asked for. Take a filter away, or choose a longer time.</Empty>;
  return <Empty title="No messages yet">A message appears here as soon as an application sends one, over HTTP or SMPP, or one comes in.</Empty>;
}

function List({ rows, filters, onFilter }: { rows: Message[]; filters: Filters; onFilter: (filters: Filters) => void }) {
  const may = useMay();
  const columns: Column<Message>[] = [
    { title: 'Accepted', cell: (row) => <When at={row.created_at} /> },
    {
      title: 'To',
      card: 'head',
      cell: (row) => (
        <Anchor to="/messages/$id" params={{ id: row.id }} size="sm" fw={600} style={{ whiteSpace: 'nowrap' }}>
          {row.to}
        </Anchor>
      ),
    },
    { title: 'State', cell: (row) => <StateBadge state={row.status} words={MESSAGE_STATES} /> },
    { title: 'From', cell: (row) => <span style={{ whiteSpace: 'nowrap' }}>{row.from}</span> },
    { title: 'Error', cell: (row) => <ErrorCode of={row} /> },
    { title: 'Class', cell: (row) => row.class },
    { title: 'Direction', card: 'none', cell: (row) => DIRECTION[row.direction] },
    { title: 'SMS', isNumber: true, card: 'none', cell: (row) => row.segments },
  ];
  if (rows.some((row) => row.tags.length > 0))
    columns.push({
      title: 'Tags',
      cell: (row) =>
        row.tags.length > 0 && (
          <Group component="span" display="inline-flex" gap={4} wrap="nowrap">
            {row.tags.map((tag) => (
              <Word key={tag} text={tag} what="tag" onClick={() => onFilter({ ...filters, tag })} />
            ))}
          </Group>
        ),
    });
  if (may('read_traffic') && !filters.account_sid)
    columns.push({
      title: 'Account',
      card: 'none',
      cell: (row) => (row.account_sid ? <Word text={row.account_sid} what="account" onClick={() => onFilter({ ...filters, account_sid: row.account_sid ?? undefined })} /> : <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>copy for a test</Text>),
    });
  return <Sheet label="Messages" rows={rows} keyOf={(row) => row.id} columns={columns} />;
}

/** A value of a row that can be made a filter. */
function Word({ text, what, onClick }: { text: string; what: string; onClick: () => void }) {
  const short = text.length > 14 ? `${text.slice(0, 4)}…${text.slice(-6)}` : text;
  return (
    <Tooltip label={`Only this ${what}${short === text ? '' : `: ${text}`}`} events={{ hover: true, focus: true, touch: true }}>
      <Badge component="button" type="button" variant="default" tt="none" fw={400} style={{ cursor: 'pointer', minWidth: 'max-content' }} onClick={onClick} aria-label={`${short}: only this ${what}`}>
        {short}
      </Badge>
    </Tooltip>
  );
}

function ErrorCode({ of }: { of: Message }) {
  if (!of.error) return null;
  return (
    <Tooltip label={of.error.message} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <Badge variant="light" color="red" tt="none" fw={600} tabIndex={0} style={{ minWidth: 'max-content' }}>
        {of.error.code}
      </Badge>
    </Tooltip>
  );
}

function Actions({ filters, refresh }: { filters: Filters; refresh: () => void }) {
  const now = useNow();
  const { vendor_id: isByVendorId, ...rest } = filters;
  const parameters = new URLSearchParams(Object.entries(queryOf(rest, now)).map(([name, value]) => [name, String(value)]));
  return (
    <>
      <Button size="sm" variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={refresh}>
        Refresh
      </Button>
      {isByVendorId === undefined && (
        <Tooltip label="The newest 10,000 of these as CSV, without their texts">
          <Button size="sm" variant="default" component="a" href={`/v1/messages/export?${parameters.toString()}`} download leftSection={<IconDownload size={16} aria-hidden />}>
            Export
          </Button>
        </Tooltip>
      )}
    </>
  );
}
