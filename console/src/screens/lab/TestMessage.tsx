import { Alert, Autocomplete, Button, Group, Select, SimpleGrid, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { Account, SendMessageRequest } from '../../api/schema';
import { lab as route } from '../../app/router';
import { AccountSelect, useAccounts } from '../../ui/AccountSelect';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Journey } from './Journey';

const CLASSES = [
  { value: 'transactional', label: 'transactional' },
  { value: 'otp', label: 'one-time code (otp)' },
  { value: 'marketing', label: 'marketing' },
];

export function TestMessage() {
  const { message } = route.useSearch();
  const accounts = useAccounts();
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <Panel title="Send a test message" note="as one of the accounts">
        <Content of={accounts}>
          {(data) =>
            data.some((account) => account.enabled) ? (
              <Form accounts={data} />
            ) : data.length > 0 ? (
              <Empty title="Every account is disabled">
                A message is sent as an account that is enabled. Enable one under{' '}
                <Anchor to="/accounts" size="sm">
                  Accounts
                </Anchor>
                .
              </Empty>
            ) : (
              <Empty title="There is no account yet">
                A message is sent as an account. Make one under{' '}
                <Anchor to="/accounts" size="sm">
                  Accounts
                </Anchor>
                , or in the configuration file.
              </Empty>
            )
          }
        </Content>
      </Panel>
      <Panel title="On its way" note={message && <span className="mono">{message}</span>}>
        {message ? <Journey id={message} /> : <Empty title="Nothing was sent yet">Send a message, and watch it here: each step as it happens.</Empty>}
      </Panel>
    </SimpleGrid>
  );
}

/** With one account at least that is enabled: it comes first. */
function Form({ accounts }: { accounts: readonly Account[] }) {
  const navigate = route.useNavigate();
  const [sid, setSid] = useState(accounts[0]!.account_sid);
  const account = accounts.find((one) => one.account_sid === sid) ?? accounts[0]!;
  const [from, setFrom] = useState(account.numbers[0]?.number ?? '');
  const [to, setTo] = useState('');
  const [body, setBody] = useState('This is a test.');
  const [kind, setKind] = useState<NonNullable<SendMessageRequest['class']>>('transactional');
  const send = $api.useMutation('post', '/v1/test-messages');
  const wrong = isProblem(send.error) ? send.error.field : undefined;
  const refusalOf = (field: string) => (wrong === field ? wordsOf(send.error) : undefined);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate(
      { params: { query: { account_sid: sid } }, body: { to: to.replace(/[\s().-]/g, ''), from, body, class: kind } },
      { onSuccess: (sent) => void navigate({ search: { view: 'message', message: sent.id } }) },
    );
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          It is priced, routed and counted as any other message of the account, goes to a real telephone, and has the tag <code>crosspoint-test</code>. That you sent it is on record.
        </Text>
        <AccountSelect
          label="Account"
          accounts={accounts}
          value={sid}
          error={refusalOf('account_sid')}
          onChange={(chosen) => {
            const next = accounts.find((one) => one.account_sid === chosen);
            if (!next) return;
            setSid(next.account_sid);
            setFrom(next.numbers[0]?.number ?? '');
          }}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Autocomplete
            label="From"
            description={account.senders === 'owned' ? 'One of its own numbers or names' : 'A number or a name'}
            data={account.numbers.map((number) => number.number)}
            value={from}
            onChange={setFrom}
            required
            error={refusalOf('from')}
          />
          <TextInput label="To" description="With its country: +49 151 …" type="tel" inputMode="tel" value={to} onChange={(event) => setTo(event.currentTarget.value)} required error={refusalOf('to')} />
        </SimpleGrid>
        <Textarea label="Text" autosize minRows={2} maxRows={8} value={body} onChange={(event) => setBody(event.currentTarget.value)} required error={refusalOf('body')} />
        <Select label="Class" data={CLASSES} value={kind} allowDeselect={false} onChange={(chosen) => chosen && setKind(chosen as typeof kind)} />
        {send.error && (!wrong || !['from', 'to', 'body', 'account_sid'].includes(wrong)) && (
          <Alert color="red" variant="light" role="alert" title="It was not sent">
            {wordsOf(send.error)}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={send.isPending} leftSection={<IconSend size={16} aria-hidden />}>
            Send it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
