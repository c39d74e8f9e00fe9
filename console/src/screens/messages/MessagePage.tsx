import { CopyButton, Group, SimpleGrid, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { $api } from '../../api/client';
import { isProblem } from '../../api/problem';
import { useMay } from '../../api/session';
import type { Message, Timeline } from '../../api/schema';
import { message as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { duration } from '../../ui/format';
import { Figure, Page, Panel } from '../../ui/Page';
import { StateBadge } from '../../ui/StateBadge';
import { When } from '../../ui/When';
import { MESSAGE_STATES } from '../../ui/words';
import { Actions } from './Actions';
import { Attempts, Segments } from './Attempts';
import { Decisions } from './Decisions';
import { Events } from './Events';
import { OnRecord } from './OnRecord';
import { Webhooks } from './Webhooks';
import { DIRECTION, ENCODING } from './words';
import { Why } from './Why';

const ENDED = ['delivered', 'undelivered', 'failed', 'expired', 'canceled', 'unconfirmed', 'received'];

export function MessagePage() {
  const { id } = route.useParams();
  const may = useMay();
  const path = { params: { path: { id } } };
  const message = $api.useQuery('get', '/v1/messages/{id}', path, { refetchInterval: (query) => (query.state.data && ENDED.includes(query.state.data.status) ? 10_000 : 1500), placeholderData: undefined });
  const isOver = message.data !== undefined && ENDED.includes(message.data.status);
  const timeline = $api.useQuery('get', '/v1/messages/{id}/events', path, { refetchInterval: isOver ? 10_000 : 1500, placeholderData: undefined });
  if (isProblem(message.error) && message.error.status === 404)
    return (
      <Page title="Message">
        <Empty title="There is no such message">
          <span className="mono" style={{ overflowWrap: 'anywhere' }}>
            {id}
          </span>{' '}
          is not there: it was deleted, its time in the journal is over, or the id is not right. <Anchor to="/messages" underline="always">To the messages</Anchor>
        </Empty>
      </Page>
    );
  return (
    <Page title={message.data ? `${message.data.direction === 'inbound' ? 'From' : 'To'} ${message.data.direction === 'inbound' ? message.data.from : message.data.to}` : 'Message'} actions={message.data && <Actions of={message.data} timeline={timeline.data} />}>
      <Content of={message}>
        {(data) => (
          <Stack gap="md">
            <Why of={data} timeline={timeline.data} />
            <Figures of={data} timeline={timeline.data} />
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
              <Panel title="Timeline" note="times to the microsecond">
                <Content of={timeline}>{(story) => <Events of={story} />}</Content>
              </Panel>
              <Stack gap="md">
                <Panel title="Text" note={ENCODING[data.encoding ?? ''] ?? data.encoding}>
                  <Body of={data} timeline={timeline.data} />
                </Panel>
                <Panel title="What it is">
                  <Facts of={data} />
                </Panel>
              </Stack>
            </SimpleGrid>
            {data.direction !== 'inbound' && <Decisions id={id} isOver={isOver} />}
            {data.direction !== 'inbound' && (
              <Panel title="Attempts" note="what was tried, and what the vendor answered">
                <Content of={timeline}>{(story) => <Attempts of={story} />}</Content>
              </Panel>
            )}
            {data.direction !== 'inbound' && (
              <Panel title="Segments and receipts">
                <Content of={timeline}>{(story) => <Segments of={story} />}</Content>
              </Panel>
            )}
            <Webhooks id={id} isOver={isOver} />
            {may('read_audit') && <OnRecord id={id} />}
          </Stack>
        )}
      </Content>
    </Page>
  );
}

function Figures({ of, timeline }: { of: Message; timeline: Timeline | undefined }) {
  const last = timeline?.attempts.at(-1);
  const accepted = new Date(of.created_at).getTime();
  const seconds = (at: string | null | undefined) => (at ? (new Date(at).getTime() - accepted) / 1000 : null);
  const ended = timeline?.events.findLast((event) => ENDED.includes(event.kind));
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing={{ base: 'xs', sm: 'sm' }}>
      <Figure label="State" value={<StateBadge state={of.status} words={MESSAGE_STATES} />} note={of.error ? `error ${of.error.code}` : of.possible_duplicate ? 'possibly twice' : undefined} />
      <Figure label="Accepted" value={<When at={of.created_at} />} note={of.send_at ? <>for <When at={of.send_at} /></> : undefined} />
      <Figure label="Until sent" value={duration(of.direction === 'inbound' ? null : seconds(of.sent_at))} note={of.sent_at ? <When at={of.sent_at} /> : 'not taken by a vendor'} />
      <Figure label="Until its end" value={duration(seconds(ended?.at))} note={ended ? <When at={ended.at} /> : 'it goes on'} />
      <Figure label="Connection" value={<Text fz={18} fw={650} lh="32px" truncate>{last?.connection ?? '–'}</Text>} note={timeline && `${timeline.attempts.length} ${timeline.attempts.length === 1 ? 'attempt' : 'attempts'}`} />
    </SimpleGrid>
  );
}

function Body({ of, timeline }: { of: Message; timeline: Timeline | undefined }) {
  if (of.body !== '')
    return (
      <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {of.body}
      </Text>
    );
  const isRedacted = timeline?.events.some((event) => event.kind === 'redacted');
  return (
    <Text size="sm" c="dimmed">
      {of.masked ? 'Your role does not show texts, and masks numbers.' : isRedacted ? 'The text was removed.' : 'There is no text.'}
    </Text>
  );
}

function Facts({ of }: { of: Message }) {
  const facts: [string, ReactNode][] = [
    ['Id', <Copied key="id" text={of.id} />],
    ['Account', of.account_sid ? <Anchor key="account" to="/messages" search={{ account_sid: of.account_sid }} className="mono" style={{ overflowWrap: 'anywhere' }}>{of.account_sid}</Anchor> : 'none: a copy for a test connection'],
    ['From', of.from],
    ['To', of.masked ? of.to : <Anchor key="to" size="sm" to="/messages" search={{ to: of.to }}>{of.to}</Anchor>],
    ['Class', of.class],
    ['Direction', DIRECTION[of.direction]],
    ['Segments', `${of.segments}`],
    ['Valid until', <When key="until" at={of.valid_until} />],
    ['Reference', of.reference],
    ['Tags', of.tags.length > 0 && <Group key="tags" gap="xs">{of.tags.map((tag) => <Anchor key={tag} size="sm" to="/messages" search={{ tag }}>{tag}</Anchor>)}</Group>],
    ['Batch', of.batch],
    ['Metadata', Object.entries(of.metadata).map(([name, value]) => `${name}: ${value}`).join(', ')],
    ['Callback', of.callback_url],
    ['Sent again for', of.resend_of && <Anchor key="resend" to="/messages/$id" params={{ id: of.resend_of }} className="mono" style={{ overflowWrap: 'anywhere' }}>{of.resend_of}</Anchor>],
    ['Copy of', of.copy_of && <Anchor key="copy" to="/messages/$id" params={{ id: of.copy_of }} className="mono" style={{ overflowWrap: 'anywhere' }}>{of.copy_of}</Anchor>],
    ['Copied as', of.copied_as && <Anchor key="copied" to="/messages/$id" params={{ id: of.copied_as }} className="mono" style={{ overflowWrap: 'anywhere' }}>{of.copied_as}</Anchor>],
  ];
  return (
    <Table verticalSpacing={4} horizontalSpacing={0} withRowBorders={false} layout="fixed">
      <Table.Tbody>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={110} fw={400} c="dimmed" style={{ verticalAlign: 'top' }}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

function Copied({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <UnstyledButton onClick={copy} aria-label={copied ? 'Copied' : `Copy ${text}`} className="mono" style={{ overflowWrap: 'anywhere' }}>
          {text} <IconCopy size={14} aria-hidden style={{ verticalAlign: '-2px' }} />
          {copied && ' copied'}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}

