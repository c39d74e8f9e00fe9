import { Alert, Autocomplete, Button, Group, Select, SimpleGrid, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { SendMessageRequest, TestAccountList } from '../../api/schema';
import { lab as route } from '../../app/router';
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
  const accounts = $api.useQuery('get', '/v1/test-messages/accounts', {}, { staleTime: 60_000 });
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <Panel title="Send a test message" note="as one of the accounts">
        <Content of={accounts}>
          {(data) =>
            data.accounts.length === 0 ? (
              <Empty title="There is no account yet">
                Add one under <code>accounts</code> in the configuration.
              </Empty>
            ) : (
              <Form accounts={data.accounts} />
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

function Form({ accounts }: { accounts: TestAccountList['accounts'] }) {
  const navigate = route.useNavigate();
  const [sid, setSid] = useState(accounts[0]!.account_sid);
  const account = accounts.find((one) => one.account_sid === sid) ?? accounts[0]!;
  const [from, setFrom] = useState(account.senders[0] ?? '');
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
        <Select
          label="Account"
          data={accounts.map((one) => ({ value: one.account_sid, label: one.name }))}
          value={sid}
          allowDeselect={false}
          searchable={accounts.length > 8}
          onChange={(chosen) => {
            const next = accounts.find((one) => one.account_sid === chosen);
            if (!next) return;
            setSid(next.account_sid);
            setFrom(next.senders[0] ?? '');
          }}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Autocomplete
            label="From"
            description={account.owned_senders_only ? 'One of its own numbers or names' : 'A number or a name'}
            data={account.senders}
            value={from}
            onChange={setFrom}
            required
            error={refusalOf('from')}
          />
          <TextInput label="To" description="With its country: +49 151 …" type="tel" inputMode="tel" value={to} onChange={(event) => setTo(event.currentTarget.value)} required error={refusalOf('to')} />
        </SimpleGrid>
        <Textarea label="Text" autosize minRows={2} maxRows={8} value={body} onChange={(event) => setBody(event.currentTarget.value)} required error={refusalOf('body')} />
        <Select label="Class" data={CLASSES} value={kind} allowDeselect={false} onChange={(chosen) => chosen && setKind(chosen as typeof kind)} />
        {send.error && (!wrong || !['from', 'to', 'body'].includes(wrong)) && (
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
