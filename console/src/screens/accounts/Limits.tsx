import { Button, Group, Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import type { Account, AccountLimitInForce, AccountLimits } from '../../api/schema';
import { useMay } from '../../api/session';
import { Empty } from '../../ui/Feedback';
import { count, NOTHING } from '../../ui/format';
import { modals } from '../../ui/modals';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { LimitsForm } from './LimitsForm';
import { LIMIT_SOURCES, OVER, settingsOf } from './words';

interface Row {
  key: string;
  what: string;
  about: string;
  source: AccountLimitInForce['source'];
  queue: string;
  over: string;
  waiting: string;
  today: string;
}

/** What caps an account's messages: in force, whose it is, and what waits for it. */
export function Limits({ of }: { of: Account }) {
  const queries = useQueryClient();
  const may = useMay();
  const [isEditing, edit] = useState(false);
  const change = $api.useMutation('put', '/v1/accounts/{sid}', {
    onSuccess: () => {
      edit(false);
      told.done('The limits hold from now on.');
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/accounts/{sid}'] }),
  });
  const put = (limits: AccountLimits, note: string, onError?: (error: unknown) => void) =>
    change.mutate(
      { params: { path: { sid: of.account_sid }, query: { expected: of.last_activated, note: note || undefined } }, body: { ...settingsOf(of), limits } },
      onError && { onError },
    );
  const mayChange = may('manage_accounts') && of.source === 'store';
  const hasOwn = Object.keys(of.limits).length > 0;
  const rows = rowsOf(of);
  return (
    <Panel
      title="Limits"
      note="segments, over all connections"
      actions={
        mayChange && (
          <Group gap="xs">
            {hasOwn && (
              <Button
                size="xs"
                variant="default"
                onClick={() =>
                  modals.confirm({
                    title: `Back to default: ${of.name}?`,
                    text: 'Its own limits go, at once. What holds for every account holds for it, and what waits goes by that.',
                    label: 'Back to default',
                    act: () => put({}, 'limits back to default', told.failed),
                  })
                }
              >
                Back to default
              </Button>
            )}
            <Button size="xs" variant={hasOwn ? 'filled' : 'default'} onClick={() => { change.reset(); edit(true); }}>
              {hasOwn ? 'Change limits' : 'Give it limits'}
            </Button>
          </Group>
        )
      }
    >
      {rows.length === 0 ? (
        <Empty title="No limits">
          It sends as fast as connections take its messages. <Advice of={of} mayChange={mayChange} /> What is to hold for every account stands under <code>limits</code> in the configuration file.
        </Empty>
      ) : (
        <Sheet
          label="Limits"
          rows={rows}
          keyOf={(row) => row.key}
          columns={[
            {
              title: 'Limit',
              cell: (row) => (
                <>
                  <Text size="sm" fw={600}>
                    {row.what}
                  </Text>
                  {row.about && (
                    <Text size="xs" c="dimmed">
                      {row.about}
                    </Text>
                  )}
                </>
              ),
            },
            { title: 'From', cell: (row) => <StateBadge state={row.source} words={LIMIT_SOURCES} /> },
            { title: 'May wait', cell: (row) => row.queue },
            { title: 'Beyond that', cell: (row) => row.over },
            { title: 'Waiting', isNumber: true, cell: (row) => row.waiting },
            { title: 'Today', isNumber: true, cell: (row) => row.today },
          ]}
        />
      )}
      {rows.length > 0 && of.source === 'file' && (
        <Text size="sm" c="dimmed" mt="sm">
          They are changed in the configuration file: its own under <code>limits</code> of the account, the others under <code>limits</code> at the top.
        </Text>
      )}
      <Modal opened={isEditing} onClose={() => edit(false)} title={`Limits of ${of.name}`} size="lg">
        {isEditing && <LimitsForm of={of.limits} error={change.error} isPending={change.isPending} onSubmit={put} />}
      </Modal>
    </Panel>
  );
}

function Advice({ of, mayChange }: { of: Account; mayChange: boolean }) {
  if (mayChange) return 'Give it limits of its own here.';
  if (of.source === 'store') return 'Those who manage accounts can give it limits of its own.';
  return (
    <>
      Its own are <code>limits</code> of the account in the configuration file.
    </>
  );
}

function rowsOf(of: Account): Row[] {
  const rows = of.limits_in_force.map((limit) => rowOf(limit));
  const none = (what: string): Row => ({ key: what, what, about: 'whatever holds for every account', source: 'own', queue: NOTHING, over: NOTHING, waiting: NOTHING, today: NOTHING });
  if (of.limits.per_day === 0) rows.unshift(none('No cap a day'));
  if (of.limits.rate === 0) rows.unshift(none('No cap a second'));
  return rows;
}

function rowOf(limit: AccountLimitInForce): Row {
  const about = Object.entries(limit.match).map(([key, value]) => `${key.replace('_', ' ')} ${value}`);
  if (limit.each && limit.each !== 'account') about.push(`each ${limit.each}`);
  if (limit.burst) about.push(`${count(limit.burst)} at once after a pause`);
  if (limit.zone) about.push(`days of ${limit.zone}`);
  if (limit.source !== 'own') about.unshift(`‘${limit.name}’ of the configuration`);
  return {
    key: `${limit.source} ${limit.name} ${limit.per_day === null ? 'second' : 'day'}`,
    what: limit.per_day === null ? `${rateOf(limit.rate)} a second` : `${count(limit.per_day)} a day`,
    about: about.join(', '),
    source: limit.source,
    queue: limit.per_day !== null ? NOTHING : (limit.queue ?? 'any amount'),
    over: limit.over ? OVER[limit.over] : NOTHING,
    waiting: count(limit.waiting_segments),
    today: limit.today === null ? NOTHING : `${count(limit.today)} of ${count(limit.per_day)}`,
  };
}

const rateOf = (rate: number | null) => (rate === null ? NOTHING : new Intl.NumberFormat('en', { maximumSignificantDigits: 6 }).format(rate));
