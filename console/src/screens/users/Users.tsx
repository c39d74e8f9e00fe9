import { Button, CopyButton, Group, Menu, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { useMay } from '../../api/session';
import type { Invitation, InviteRequest, User } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content } from '../../ui/Feedback';
import { modals } from '../../ui/modals';
import { Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { Since, When } from '../../ui/When';

type Role = User['role'];

const ROLES: Record<Role, string> = {
  owner: 'Everything, users too',
  operator: 'Everything but users',
  compliance: 'Reads all, numbers and texts too',
  finance: 'Counts, costs and rates; numbers masked',
  read_only: 'Reads; numbers masked',
  customer: 'Sees and sends for one account',
};

const STATES = {
  active: { color: 'green', text: 'May sign in.' },
  invited: { color: 'blue', text: 'Has not chosen a password yet.' },
  disabled: { color: 'gray', text: 'May not sign in.' },
};

export function Users() {
  const users = $api.useQuery('get', '/v1/users', {}, { refetchInterval: 15_000 });
  const may = useMay();
  const [isInviting, invite] = useState(false);
  const [link, setLink] = useState<Invitation>();
  return (
    <Page title="Users" actions={may('manage_users') && <Button onClick={() => invite(true)}>Invite</Button>}>
      <Panel title="Users" note="who may sign in to the console">
        <Content of={users}>
          {(data) => (
            <Sheet
              label="Users"
              rows={data.users}
              keyOf={(row) => row.id}
              columns={[
                {
                  title: 'Name',
                  cell: (row) => (
                    <>
                      <Text size="sm" fw={600}>
                        {row.name}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {row.display_name}
                      </Text>
                    </>
                  ),
                },
                { title: 'Role', cell: (row) => <RoleOf user={row} /> },
                { title: 'State', cell: (row) => <StateBadge state={row.state} words={STATES} /> },
                { title: 'Second factor', cell: (row) => (row.second_factor ? 'yes' : 'no') },
                { title: 'Last sign-in', cell: (row) => <Since at={row.last_sign_in_at} /> },
                { title: 'Locked until', cell: (row) => <When at={row.locked_until} /> },
                { title: '', cell: (row) => may('manage_users') && <Actions of={row} onLink={setLink} /> },
              ]}
            />
          )}
        </Content>
      </Panel>
      <Modal opened={isInviting} onClose={() => invite(false)} title="Invite somebody">
        <InviteForm
          onDone={(invitation) => {
            invite(false);
            setLink(invitation);
          }}
        />
      </Modal>
      <Modal opened={link !== undefined} onClose={() => setLink(undefined)} title={`A link for ${link?.user.name ?? ''}`}>
        {link && (
          <Stack gap="sm">
            <Text size="sm" component="div">
              With it they choose a password. It works once, until <When at={link.expires_at} />, and is not shown again. Hand it over yourself: the gateway sends no mail.
            </Text>
            <TextInput readOnly aria-label="Link" value={link.link} className="mono" onFocus={(event) => event.currentTarget.select()} />
            <CopyButton value={link.link}>{({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}</CopyButton>
          </Stack>
        )}
      </Modal>
    </Page>
  );
}

/** A customer's account is told by its last figures: the whole stands where it leads. */
function RoleOf({ user }: { user: User }) {
  const role = user.role.replace('_', ' ');
  if (!user.account_sid) return role;
  return (
    <>
      {role} of{' '}
      <Anchor to="/accounts/$sid" params={{ sid: user.account_sid }} className="mono" title={user.account_sid}>
        {user.account_sid.slice(0, 4)}…{user.account_sid.slice(-6)}
      </Anchor>
    </>
  );
}

function InviteForm({ onDone }: { onDone: (invitation: Invitation) => void }) {
  const queries = useQueryClient();
  const [request, setRequest] = useState<InviteRequest>({ name: '', role: 'operator' });
  const invite = $api.useMutation('post', '/v1/users', {
    onSuccess: (invitation) => {
      void queries.invalidateQueries({ queryKey: ['get', '/v1/users'] });
      onDone(invitation);
    },
  });
  const field = isProblem(invite.error) ? invite.error.field : undefined;
  const words = invite.error ? wordsOf(invite.error) : undefined;
  const isElsewhere = field !== 'role' && field !== 'account_sid';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ body: request });
      }}
    >
      <Stack gap="sm">
        <TextInput label="Name" description="To sign in with: an e-mail address, say" required data-autofocus value={request.name} onChange={(event) => setRequest({ ...request, name: event.currentTarget.value })} error={isElsewhere ? words : undefined} />
        <Select
          label="Role"
          allowDeselect={false}
          data={Object.entries(ROLES).map(([value, text]) => ({ value, label: `${value.replace('_', ' ')}: ${text}` }))}
          value={request.role}
          onChange={(role) => setRequest({ ...request, role: role as Role })}
          error={field === 'role' ? words : undefined}
        />
        {request.role === 'customer' && (
          <TextInput label="Account" placeholder="AC…" required value={request.account_sid ?? ''} onChange={(event) => setRequest({ ...request, account_sid: event.currentTarget.value })} error={field === 'account_sid' ? words : undefined} />
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            Make the link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Actions({ of, onLink }: { of: User; onLink: (invitation: Invitation) => void }) {
  const queries = useQueryClient();
  const outcome = { onError: told.failed, onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/users'] }) };
  const change = $api.useMutation('patch', '/v1/users/{user}', outcome);
  const remove = $api.useMutation('delete', '/v1/users/{user}', outcome);
  const resetPassword = $api.useMutation('post', '/v1/users/{user}/reset-password', { ...outcome, onSuccess: onLink });
  const resetFactor = $api.useMutation('post', '/v1/users/{user}/reset-second-factor', outcome);
  const unlock = $api.useMutation('post', '/v1/users/{user}/unlock', outcome);
  const path = { params: { path: { user: of.id } } };
  const ask = (label: string, text: string, act: () => void) => modals.confirm({ title: `${label}: ${of.name}?`, text, label, act });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-xs" variant="default" aria-label={`Change ${of.name}`}>
          Change
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {of.locked_until && <Menu.Item onClick={() => unlock.mutate(path)}>Unlock</Menu.Item>}
        <Menu.Item onClick={() => ask('Reset password', 'Their password no longer counts, and they are signed out everywhere. You get a link for them.', () => resetPassword.mutate(path))}>Reset password</Menu.Item>
        {of.second_factor && (
          <Menu.Item onClick={() => ask('Reset second factor', 'They sign in with the password alone until they set up another one.', () => resetFactor.mutate(path))}>Reset second factor</Menu.Item>
        )}
        {of.state !== 'invited' && (
          <Menu.Item
            onClick={() =>
              of.state === 'active'
                ? ask('Disable', 'They are signed out everywhere, and cannot sign in.', () => change.mutate({ ...path, body: { state: 'disabled' } }))
                : change.mutate({ ...path, body: { state: 'active' } })
            }
          >
            {of.state === 'active' ? 'Disable' : 'Enable'}
          </Menu.Item>
        )}
        <Menu.Item color="red" onClick={() => ask('Delete', 'The user is gone. What they did stays on record.', () => remove.mutate(path))}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
