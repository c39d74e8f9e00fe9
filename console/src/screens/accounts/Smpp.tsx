import { Badge, Button, Checkbox, Group, Menu, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { SmppCredential } from '../../api/schema';
import { useMay } from '../../api/session';
import { Content, Empty, Failure } from '../../ui/Feedback';
import { modals } from '../../ui/modals';
import type { Shown } from '../../ui/Once';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { told } from '../../ui/told';
import { Since } from '../../ui/When';

const KINDS = ['transmitter', 'receiver', 'transceiver'] as const;

export function Smpp({ sid, onShow }: { sid: string; onShow: (shown: Shown) => void }) {
  const may = useMay();
  const list = $api.useQuery('get', '/v1/accounts/{sid}/smpp', { params: { path: { sid } } }, { refetchInterval: 5000 });
  const [edited, edit] = useState<SmppCredential | 'new'>();
  const outcome = { onError: told.failed, onSettled: () => void list.refetch() };
  const revoke = $api.useMutation('delete', '/v1/accounts/{sid}/smpp/{system_id}', outcome);
  const password = $api.useMutation('post', '/v1/accounts/{sid}/smpp/{system_id}/password', {
    ...outcome,
    onSuccess: (made, { params }) => onShow({ title: `Another password for ${params.path.system_id}`, text: 'Binds with the one before have ended.', secrets: [['Password', made.password]] }),
  });
  const pathOf = (row: SmppCredential) => ({ params: { path: { sid, system_id: row.system_id } } });
  const isOurs = (row: SmppCredential) => may('manage_accounts') && row.source === 'store';
  const bound = list.data?.credentials.flatMap((row) => row.bound.map((bind) => ({ ...bind, system_id: row.system_id }))) ?? [];
  return (
    <Stack gap="md">
      <Panel
        title="Credentials for binds"
        actions={
          may('manage_accounts') && (
            <Button size="xs" onClick={() => edit('new')}>
              New credentials
            </Button>
          )
        }
      >
        <Content of={list}>
          {(data) =>
            data.credentials.length === 0 ? (
              <Empty title="No credentials">The account cannot bind over SMPP. {may('manage_accounts') && 'Make credentials for each of its systems.'}</Empty>
            ) : (
              <Sheet
                label="Credentials for binds"
                rows={data.credentials}
                keyOf={(row) => row.system_id}
                columns={[
                  {
                    title: 'system_id',
                    cell: (row) => (
                      <>
                        <span className="mono">{row.system_id}</span>
                        {row.source === 'file' && (
                          <Text size="xs" c="dimmed">
                            of the file
                          </Text>
                        )}
                      </>
                    ),
                  },
                  { title: 'Binds', isNumber: true, cell: (row) => `${row.bound.length} of ${row.max_binds}` },
                  { title: 'As', cell: (row) => (row.binds.length === KINDS.length ? 'any' : row.binds.join(', ')) },
                  { title: 'Window in / out', isNumber: true, cell: (row) => `${row.in_flight_window} / ${row.deliver_window}` },
                  { title: 'Segments a second', isNumber: true, cell: (row) => row.rate || 'no cap' },
                  { title: 'From', cell: (row) => row.allow_from.join(', ') || 'anywhere' },
                  {
                    title: '',
                    cell: (row) =>
                      isOurs(row) && (
                        <Menu position="bottom-end">
                          <Menu.Target>
                            <Button size="compact-xs" variant="default" aria-label={`Change ${row.system_id}`}>
                              Change
                            </Button>
                          </Menu.Target>
                          <Menu.Dropdown>
                            <Menu.Item onClick={() => edit(row)}>Settings</Menu.Item>
                            <Menu.Item onClick={() => modals.confirm({ title: `Another password for ${row.system_id}?`, text: 'Binds with the present one end at once.', label: 'Renew', act: () => password.mutate(pathOf(row)) })}>Renew the password</Menu.Item>
                            <Menu.Item color="red" onClick={() => modals.confirm({ title: `Revoke ${row.system_id}?`, text: 'Who is bound with it is unbound at once, and nobody binds with it any more.', label: 'Revoke', act: () => revoke.mutate(pathOf(row)) })}>
                              Revoke
                            </Menu.Item>
                          </Menu.Dropdown>
                        </Menu>
                      ),
                  },
                ]}
              />
            )
          }
        </Content>
      </Panel>
      {bound.length > 0 && (
        <Panel title="Who is bound">
          <Sheet
            label="Binds"
            rows={bound}
            keyOf={(row) => `${row.address} ${row.bound_at}`}
            columns={[
              { title: 'system_id', cell: (row) => <span className="mono">{row.system_id}</span> },
              { title: 'From', cell: (row) => <span className="mono">{row.address}</span> },
              {
                title: 'As',
                cell: (row) => (
                  <Badge variant="light" color="gray" tt="none">
                    {row.kind}
                  </Badge>
                ),
              },
              { title: 'Since', cell: (row) => <Since at={row.bound_at} /> },
              { title: 'Unanswered', isNumber: true, cell: (row) => row.unanswered },
            ]}
          />
        </Panel>
      )}
      <Modal opened={edited !== undefined} onClose={() => edit(undefined)} title={edited === 'new' ? 'New credentials for binds' : `Settings of ${edited?.system_id ?? ''}`}>
        {edited !== undefined && (
          <CredentialForm
            sid={sid}
            of={edited === 'new' ? undefined : edited}
            onDone={(shown) => {
              edit(undefined);
              void list.refetch();
              if (shown) onShow(shown);
            }}
          />
        )}
      </Modal>
    </Stack>
  );
}

function CredentialForm({ sid, of, onDone }: { sid: string; of: SmppCredential | undefined; onDone: (shown?: Shown) => void }) {
  const [systemId, setSystemId] = useState(of?.system_id ?? '');
  const [maxBinds, setMaxBinds] = useState(of?.max_binds ?? 1);
  const [window, setWindow] = useState(of?.in_flight_window ?? 10);
  const [deliver, setDeliver] = useState(of?.deliver_window ?? 10);
  const [rate, setRate] = useState(of?.rate ?? 0);
  const [from, setFrom] = useState(of?.allow_from.join(', ') ?? '');
  const [binds, setBinds] = useState<string[]>(of?.binds ?? [...KINDS]);
  const add = $api.useMutation('post', '/v1/accounts/{sid}/smpp', {
    onSuccess: (made) =>
      onDone({
        title: `Credentials ${made.credential.system_id}`,
        text: 'With these the account binds to the SMPP listener of this gateway.',
        secrets: [
          ['system_id', made.credential.system_id],
          ['Password', made.password ?? ''],
        ],
      }),
  });
  const change = $api.useMutation('put', '/v1/accounts/{sid}/smpp/{system_id}', { onSuccess: () => onDone() });
  const error = add.error ?? change.error;
  const save = () => {
    const body = {
      system_id: systemId,
      max_binds: maxBinds,
      in_flight_window: window,
      deliver_window: deliver,
      rate,
      allow_from: from.split(/[\s,]+/).filter(Boolean),
      binds: KINDS.filter((kind) => binds.includes(kind)),
      message_ids: of?.message_ids,
      default_alphabet: of?.default_alphabet,
      class: of?.class,
      priority_class: of?.priority_class,
    };
    if (of) change.mutate({ params: { path: { sid, system_id: of.system_id } }, body });
    else add.mutate({ params: { path: { sid } }, body });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack gap="sm">
        <TextInput label="system_id" description="Up to 15 letters, digits or . - _ @" required maxLength={15} data-autofocus disabled={of !== undefined} value={systemId} onChange={(event) => setSystemId(event.currentTarget.value)} />
        <Group grow align="flex-start">
          <NumberInput label="Binds at once" min={1} max={10_000} allowDecimal={false} value={maxBinds} onChange={(value) => setMaxBinds(Number(value) || 1)} />
          <NumberInput label="Segments a second" description="0 for no cap" min={0} value={rate} onChange={(value) => setRate(Number(value) || 0)} />
        </Group>
        <Group grow align="flex-start">
          <NumberInput label="Window in" description="Its requests under way" min={1} max={10_000} allowDecimal={false} value={window} onChange={(value) => setWindow(Number(value) || 1)} />
          <NumberInput label="Window out" description="Holds from the next bind" min={1} max={10_000} allowDecimal={false} value={deliver} onChange={(value) => setDeliver(Number(value) || 1)} />
        </Group>
        <Checkbox.Group label="May bind as" value={binds} onChange={setBinds}>
          <Group gap="md" mt={4}>
            {KINDS.map((kind) => (
              <Checkbox key={kind} value={kind} label={kind} />
            ))}
          </Group>
        </Checkbox.Group>
        <TextInput label="From" description="Networks or addresses; empty for anywhere" placeholder="10.0.0.0/8, 192.0.2.7" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        {error && <Failure error={error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending || change.isPending}>
            {of ? 'Put them into force' : 'Make the credentials'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
