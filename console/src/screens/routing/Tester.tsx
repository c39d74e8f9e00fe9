import { Alert, Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconRouteAltLeft } from '@tabler/icons-react';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { Explanation } from '../../api/schema';
import { CLASSES, routing as route } from '../../app/router';
import { AccountSelect, useAccounts } from '../../ui/AccountSelect';
import { Content, Empty } from '../../ui/Feedback';
import { NOTHING } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import './routing.css';

/** Why a number would go where it would go, by the plan in force. */
export function Tester() {
  const asked = route.useSearch();
  const navigate = route.useNavigate();
  const [to, setTo] = useState(asked.to ?? '');
  const [from, setFrom] = useState(asked.from ?? '');
  const [trafficClass, setClass] = useState<(typeof CLASSES)[number]>(asked.class ?? 'transactional');
  const [account, setAccount] = useState(asked.account ?? '');
  const [at, setAt] = useState(asked.at ? local(asked.at) : '');
  const accounts = useAccounts();
  const query = {
    to: international(asked.to ?? ''),
    from: asked.from ?? '',
    class: asked.class ?? ('transactional' as const),
    ...(asked.account ? { account_sid: asked.account } : {}),
    ...(asked.at ? { at: asked.at } : {}),
  };
  const told = $api.useQuery('get', '/v1/explain', { params: { query } }, { enabled: query.to !== '' && query.from !== '', placeholderData: undefined });
  const field = isProblem(told.error) ? told.error.field : undefined;
  const errorOf = (name: string) => (told.error && field === name ? wordsOf(told.error) : undefined);
  const isElsewhere = told.error !== null && !['to', 'from', 'account_sid', 'at'].includes(field ?? '');
  return (
    <Stack gap="md">
      <Panel title="Where would it go?" note="nothing is sent">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void navigate({ search: { view: 'tester', to, from, class: trafficClass, account: account || undefined, at: at ? new Date(at).toISOString() : undefined } });
            if (told.isFetched) void told.refetch();
          }}
        >
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 5 }} spacing="sm">
            <TextInput label="To" description="The recipient" placeholder="+4915112345678" required value={to} onChange={(event) => setTo(event.currentTarget.value)} error={errorOf('to')} />
            <TextInput label="From" description="The sender" placeholder="ACME" required value={from} onChange={(event) => setFrom(event.currentTarget.value)} error={errorOf('from')} />
            <NativeSelect label="Class" description="Of the traffic" data={[...CLASSES]} value={trafficClass} onChange={(event) => setClass(event.currentTarget.value as typeof trafficClass)} />
            <AccountSelect label="Account" description="Where there are several" none={(accounts.data?.length ?? 0) > 1 ? undefined : 'the only one'} placeholder="Choose one" accounts={accounts.data ?? []} withDisabled value={account || undefined} onChange={(sid) => setAccount(sid ?? '')} error={errorOf('account_sid')} />
            <TextInput label="At" description="For rules with hours; else now" type="datetime-local" value={at} onChange={(event) => setAt(event.currentTarget.value)} error={errorOf('at')} />
          </SimpleGrid>
          <Button type="submit" mt="md" loading={told.isFetching}>
            Tell me
          </Button>
        </form>
      </Panel>
      {query.to === '' || query.from === '' ? (
        <Empty title="Ask about a number">You are told the rule that decides, the connections in their order, and why the others come later or not at all.</Empty>
      ) : told.error && !isElsewhere ? null : (
        <Content of={told}>{(data) => <Answer of={data} />}</Content>
      )}
    </Stack>
  );
}

function Answer({ of }: { of: Explanation }) {
  return (
    <>
      <Alert variant="light" color="indigo" icon={<IconRouteAltLeft size={18} aria-hidden />} title={of.outcome} style={{ overflowWrap: 'anywhere' }}>
        <Stack gap={4}>
          <Text size="sm">{of.message}</Text>
          <Text size="sm">{of.matched}</Text>
        </Stack>
      </Alert>
      {of.candidates.length > 0 && (
        <Panel title="Connections" note="in the order of this message">
          <Stack gap="sm">
            {of.order.map((sentence) => (
              <Text key={sentence} size="sm" c="dimmed">
                {sentence}
              </Text>
            ))}
            <Sheet
              label="Connections"
              rows={of.candidates}
              keyOf={(row) => row.connection}
              columns={[
                { title: '', isNumber: true, cell: (row) => row.place },
                { title: 'Connection', cell: (row) => <strong>{row.connection}</strong> },
                { title: 'Why', cell: (row) => <span className="reason">{row.reason}</span> },
                { title: 'Price', cell: (row) => <span className="amount">{row.price ?? NOTHING}</span> },
                { title: 'Quality', cell: (row) => <span className="amount">{row.quality ?? NOTHING}</span> },
                { title: 'Health', cell: (row) => row.health ?? 'well' },
              ]}
            />
          </Stack>
        </Panel>
      )}
      {of.not_matched.length > 0 && (
        <Panel title="Why not by the rules above">
          <Stack gap={4} component="ul" m={0} pl="md">
            {of.not_matched.map((sentence) => (
              <Text key={sentence} size="sm" component="li">
                {sentence}
              </Text>
            ))}
          </Stack>
        </Panel>
      )}
      <Group>
        <Title order={3} size="h6" c="dimmed" fw={400}>
          By revision {of.plan_revision} of the plan.
        </Title>
      </Group>
    </>
  );
}

/** A number that lost its plus in an address has it again. */
const international = (number: string) => (/^[1-9]\d{6,}$/.test(number) ? `+${number}` : number);

function local(at: string) {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
