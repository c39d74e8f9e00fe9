import { Anchor as PlainAnchor, Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { useMay } from '../../api/session';
import type { Deck, Revision } from '../../api/schema';
import { deck as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { NOTHING, count } from '../../ui/format';
import { modals } from '../../ui/modals';
import { Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { When } from '../../ui/When';
import { REVISION_STATES, stateOf } from '../routing/Revisions';
import { DeckChanges } from './DeckChanges';
import { SOURCES } from './DeckTable';

/** The deck of one connection: what holds, what will, and what was. */
export function DeckPage() {
  const { connection } = route.useParams();
  const { diff } = route.useSearch();
  const path = { params: { path: { connection } } };
  const deck = $api.useQuery('get', '/v1/decks/{connection}', path, { refetchInterval: 10_000 });
  const list = $api.useQuery('get', '/v1/decks/{connection}/revisions', { params: { path: { connection }, query: { limit: 100 } } }, { refetchInterval: 10_000 });
  const changes = $api.useQuery('get', '/v1/decks/{connection}/revisions/{revision}/diff', { params: { path: { connection, revision: diff ?? 0 } } }, { enabled: diff !== undefined, placeholderData: undefined });
  const may = useMay();
  const isOurs = may('manage_rates') && deck.data !== undefined && deck.data.source !== 'file';
  return (
    <Page
      title={`Deck of ${connection}`}
      actions={
        isOurs && (
          <Anchor to="/rates/$connection/import" params={{ connection }} underline="never">
            <Button component="span">Import a sheet</Button>
          </Anchor>
        )
      }
    >
      <Content of={deck}>{(data) => <Head of={data} />}</Content>
      {diff !== undefined && (
        <Panel
          title={`What revision ${diff} changes`}
          actions={
            <Anchor to="/rates/$connection" params={{ connection }} size="sm">
              Close
            </Anchor>
          }
        >
          <Content of={changes}>{(data) => <DeckChanges of={data} />}</Content>
        </Panel>
      )}
      <Panel title="Revisions" note="the newest first">
        <Content of={list}>
          {(data) =>
            data.revisions.length === 0 ? (
              <Empty title="There is none yet">{deck.data?.source === 'file' ? 'The configuration file names this deck: change it there.' : 'Import the sheet of the vendor.'}</Empty>
            ) : (
              <Sheet
                label="Revisions"
                rows={data.revisions}
                keyOf={(row) => String(row.revision)}
                columns={[
                  { title: 'Revision', isNumber: true, cell: (row) => <strong>{row.revision}</strong> },
                  { title: 'State', cell: (row) => <StateBadge state={stateOf(row, deck.data?.in_force?.revision)} words={REVISION_STATES} /> },
                  { title: 'Imported by', cell: (row) => row.by },
                  { title: 'At', cell: (row) => <When at={row.at} /> },
                  { title: 'Holds from', cell: (row) => <When at={row.valid_from} empty={row.state === 'draft' ? NOTHING : 'at once'} /> },
                  { title: 'Put into force by', cell: (row) => row.activated_by ?? NOTHING },
                  { title: 'Why', cell: (row) => (row.note === '' ? NOTHING : row.note) },
                  { title: '', cell: (row) => deck.data && <Actions of={row} deck={deck.data} isOurs={isOurs} /> },
                ]}
              />
            )
          }
        </Content>
      </Panel>
    </Page>
  );
}

function Head({ of }: { of: Deck }) {
  return (
    <Stack gap={4}>
      <Text size="sm" component="div">
        {of.source === 'none' ? (
          'There is no deck: nothing is known of what this connection costs.'
        ) : (
          <>
            {count(of.prices)} prices now, of {count(of.rows)} rows in {of.currencies.join(', ')}; {of.source === 'file' ? 'from the configuration file, and changed there' : SOURCES[of.source]}.{' '}
            <PlainAnchor size="sm" underline="always" href={`/v1/decks/${encodeURIComponent(of.connection)}/revisions/in_force/rows?format=csv`} download={`${of.connection}.csv`}>
              Download it as CSV
            </PlainAnchor>
          </>
        )}
      </Text>
      {of.scheduled.map((revision) => (
        <Text key={revision.revision} size="sm" component="div">
          Revision {revision.revision} takes over at <When at={revision.valid_from} />, by {revision.activated_by}.
        </Text>
      ))}
    </Stack>
  );
}

function Actions({ of, deck, isOurs }: { of: Revision; deck: Deck; isOurs: boolean }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isActivating, activate] = useState(false);
  const { connection } = deck;
  const number = of.revision;
  const outcome = { onError: told.failed, onSettled: () => void queries.invalidateQueries() };
  const rollBack = $api.useMutation('post', '/v1/decks/{connection}/rollback', { ...outcome, onSuccess: () => told.done(`Revision ${number} is in force again.`) });
  const remove = $api.useMutation('delete', '/v1/decks/{connection}/revisions/{revision}', { ...outcome, onSuccess: () => told.done(`The draft ${number} is gone.`) });
  const isInForce = deck.in_force?.revision === number;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-xs" variant="default" aria-label={`More of revision ${number}`}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {!isInForce && <Menu.Item onClick={() => void navigate({ to: '/rates/$connection', params: { connection }, search: { diff: number } })}>What it changes</Menu.Item>}
          <Menu.Item component="a" href={`/v1/decks/${encodeURIComponent(connection)}/revisions/${number}/rows?format=csv`} download={`${connection}-${number}.csv`}>
            Download as CSV
          </Menu.Item>
          {isOurs && of.state === 'draft' && <Menu.Item onClick={() => activate(true)}>Put into force</Menu.Item>}
          {isOurs && of.state !== 'draft' && !isInForce && (
            <Menu.Item
              onClick={() =>
                modals.confirm({
                  title: `Back to revision ${number}?`,
                  text: 'Its prices hold at once, and what is scheduled is taken back.',
                  label: 'Roll back',
                  act: () => rollBack.mutate({ params: { path: { connection } }, body: { expected: deck.last_activated, to: number } }),
                })
              }
            >
              Roll back to it
            </Menu.Item>
          )}
          {isOurs && of.state === 'draft' && (
            <Menu.Item
              color="red"
              onClick={() =>
                modals.confirm({ title: `Delete the draft ${number}?`, text: 'That it was there stays on record.', label: 'Delete', act: () => remove.mutate({ params: { path: { connection, revision: number } } }) })
              }
            >
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isActivating} onClose={() => activate(false)} title={`Put revision ${number} into force`}>
        {isActivating && <ActivateForm connection={connection} revision={of} onDone={() => activate(false)} />}
      </Modal>
    </>
  );
}

/** At once, or at a moment of the viewer's zone. */
export function ActivateForm({ connection, revision, onDone }: { connection: string; revision: Revision; onDone: () => void }) {
  const queries = useQueryClient();
  const [from, setFrom] = useState(revision.valid_from ? local(revision.valid_from) : '');
  const [note, setNote] = useState('');
  const activate = $api.useMutation('post', '/v1/decks/{connection}/revisions/{revision}/activate', {
    onSuccess: (done) => {
      told.done(isLater(done.valid_from) ? `Revision ${done.revision} takes over at its time.` : `Revision ${done.revision} is in force.`);
      onDone();
    },
    onSettled: () => void queries.invalidateQueries(),
  });
  const field = isProblem(activate.error) ? activate.error.field : undefined;
  const words = activate.error ? wordsOf(activate.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        activate.mutate({
          params: { path: { connection, revision: revision.revision } },
          body: { expected: revision.parent, ...(from === '' ? {} : { valid_from: new Date(from).toISOString() }), ...(note === '' ? {} : { note }) },
        });
      }}
    >
      <Stack gap="sm">
        <TextInput label="From" description="In your zone; empty for at once" type="datetime-local" value={from} onChange={(event) => setFrom(event.currentTarget.value)} error={field === 'valid_from' ? words : undefined} />
        <TextInput label="Why" description="For the record" data-autofocus maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} error={field !== 'valid_from' ? words : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <Button type="submit" loading={activate.isPending}>
            Put into force
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Whether what was put into force takes over only then. */
export const isLater = (at: string | null) => at !== null && new Date(at).getTime() > Date.now();

function local(at: string) {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
