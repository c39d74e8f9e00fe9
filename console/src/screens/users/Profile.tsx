import { Badge, Button, Code, List, PasswordInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import { queries, takeSession, useSession } from '../../api/session';
import { Content, Failure } from '../../ui/Feedback';
import { Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { told } from '../../ui/told';
import { Since, When } from '../../ui/When';
import { NewPassword } from '../entry/NewPassword';

export function Profile() {
  const session = useSession();
  return (
    <Page title="Profile">
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Panel title="Password">
          <PasswordForm />
        </Panel>
        <Panel title="Second factor" note={session?.user.second_factor ? `on; ${session.recovery_codes_left} recovery codes left` : 'off'}>
          {session?.user.second_factor ? <RemoveFactor /> : <AddFactor />}
        </Panel>
      </SimpleGrid>
      <Sessions />
    </Page>
  );
}

function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState<string>();
  const [form, setForm] = useState(0);
  const change = $api.useMutation('post', '/v1/console/password', {
    onSuccess: (session) => {
      takeSession(session);
      setCurrent('');
      setForm((number) => number + 1);
      told.done('The password is changed. Everywhere else you are signed out.');
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (password) change.mutate({ body: { current, password } });
      }}
    >
      <Stack gap="sm">
        <PasswordInput label="Present password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
        <NewPassword key={form} onChange={setPassword} />
        {change.error && <Failure error={change.error} />}
        <Button type="submit" disabled={!password} loading={change.isPending} style={{ alignSelf: 'flex-start' }}>
          Change the password
        </Button>
      </Stack>
    </form>
  );
}

function AddFactor() {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = $api.useMutation('post', '/v1/console/totp');
  const confirm = $api.useMutation('post', '/v1/console/totp/confirm');
  if (confirm.data) {
    return (
      <Stack gap="sm">
        <Text size="sm">It is on. Keep these recovery codes in a safe place: each is good for one sign-in without the app, and they are not shown again.</Text>
        <Code block>{confirm.data.recovery_codes.join('\n')}</Code>
        <Button variant="default" onClick={() => void queries.invalidateQueries({ queryKey: ['session'] })} style={{ alignSelf: 'flex-start' }}>
          I have them
        </Button>
      </Stack>
    );
  }

  if (begin.data) {
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          confirm.mutate({ body: { totp: code } });
        }}
      >
        <Stack gap="sm">
          <List size="sm" type="ordered" spacing={4}>
            <List.Item>
              Add this secret to your authenticator app: <Code>{begin.data.secret}</Code> (<a href={begin.data.uri}>open the app on this device</a>)
            </List.Item>
            <List.Item>Type the code that it shows.</List.Item>
          </List>
          <TextInput label="Code" inputMode="numeric" autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.currentTarget.value)} />
          {confirm.error && <Failure error={confirm.error} />}
          <Button type="submit" loading={confirm.isPending} style={{ alignSelf: 'flex-start' }}>
            Turn it on
          </Button>
        </Stack>
      </form>
    );
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate({ body: { password } });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">With a code from an app on your telephone a stolen password is of no use.</Text>
        <PasswordInput label="Password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        {begin.error && <Failure error={begin.error} />}
        <Button type="submit" loading={begin.isPending} style={{ alignSelf: 'flex-start' }}>
          Set up
        </Button>
      </Stack>
    </form>
  );
}

function RemoveFactor() {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const remove = $api.useMutation('post', '/v1/console/totp/remove', { onSuccess: () => void queries.invalidateQueries({ queryKey: ['session'] }) });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate({ body: { password, totp: code } });
      }}
    >
      <Stack gap="sm">
        <PasswordInput label="Password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <TextInput label="Code of your app" inputMode="numeric" autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.currentTarget.value)} />
        {remove.error && <Failure error={remove.error} />}
        <Button type="submit" variant="default" loading={remove.isPending} style={{ alignSelf: 'flex-start' }}>
          Turn it off
        </Button>
      </Stack>
    </form>
  );
}

// What browsers say of themselves, and what they are called. Those that name others too come first.
const BROWSERS = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['Chrome', 'Chrome'], ['Version', 'Safari']] as const;
const SYSTEM = /Android|iPhone|iPad|Windows|Mac OS X|Linux/;

function browserOf(agent: string) {
  const [token, name] = BROWSERS.find(([token]) => agent.includes(`${token}/`)) ?? [];
  if (!token) return agent || 'not told';
  const version = new RegExp(`${token}/(\\d+)`).exec(agent)?.[1] ?? '';
  const system = SYSTEM.exec(agent)?.[0].replace('Mac OS X', 'macOS');
  return `${name} ${version}${system ? ` on ${system}` : ''}`;
}

/** A browser as people call it; what it says of itself on hover. */
function Browser({ agent, isThis }: { agent: string; isThis: boolean }) {
  return (
    <>
      <span title={agent}>{browserOf(agent)}</span>
      {isThis && (
        <Badge ml={8} variant="light" color="green" tt="none" fw={600}>
          this one
        </Badge>
      )}
    </>
  );
}

function Sessions() {
  const sessions = $api.useQuery('get', '/v1/console/sessions');
  const end = $api.useMutation('delete', '/v1/console/sessions/{session}', { onError: told.failed, onSettled: () => void sessions.refetch() });
  return (
    <Panel title="Where you are signed in">
      <Content of={sessions}>
        {(data) => (
          <Sheet
            label="Sessions"
            rows={data.sessions}
            keyOf={(row) => row.id}
            columns={[
              { title: 'Browser', isText: true, cell: (row) => <Browser agent={row.agent} isThis={row.current} /> },
              { title: 'Address', cell: (row) => <span className="mono">{row.address}</span> },
              { title: 'Since', cell: (row) => <When at={row.created_at} /> },
              { title: 'Last seen', cell: (row) => <Since at={row.seen_at} /> },
              {
                title: '',
                cell: (row) =>
                  !row.current && (
                    <Button size="compact-xs" variant="default" onClick={() => end.mutate({ params: { path: { session: row.id } } })} aria-label={`End the session of ${row.address}`}>
                      End
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Content>
    </Panel>
  );
}
