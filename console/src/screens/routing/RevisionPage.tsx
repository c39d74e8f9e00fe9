import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { $api } from '../../api/client';
import { useMay, useSession } from '../../api/session';
import type { Routing, RoutingRevision } from '../../api/schema';
import { routingRevision as route } from '../../app/router';
import { Content } from '../../ui/Feedback';
import { modals } from '../../ui/modals';
import { Page, Panel } from '../../ui/Page';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { When } from '../../ui/When';
import { Changes } from './Changes';
import { begin, draft, useDraft } from './draft';
import { Findings } from './Findings';
import { PlanRules } from './PlanRules';
import { REVISION_STATES, stateOf } from './Revisions';
import { TextEditor } from './TextEditor';

/** One revision of the plan: what it says, and what it changes. */
export function RevisionPage() {
  const number = Number(route.useParams().revision);
  const { against } = route.useSearch();
  const navigate = route.useNavigate();
  const revision = $api.useQuery('get', '/v1/routing/revisions/{revision}', { params: { path: { revision: number }, query: { describe: true } } });
  const head = $api.useQuery('get', '/v1/routing', {}, { refetchInterval: 5000 });
  const list = $api.useQuery('get', '/v1/routing/revisions', { params: { query: { limit: 200 } } });
  const inForce = head.data?.in_force?.revision;
  // Of the plan in force the one before it is what is worth comparing.
  const compared = against ?? (inForce === number ? revision.data?.revision.parent || undefined : inForce);
  const diff = $api.useQuery(
    'get',
    '/v1/routing/revisions/{revision}/diff',
    { params: { path: { revision: number }, query: compared === undefined ? {} : { against: compared } } },
    { enabled: compared !== undefined && compared !== number },
  );
  const others = (list.data?.revisions ?? []).filter((row) => row.revision !== number);
  return (
    <Page title={`Revision ${number}`} actions={revision.data && head.data && <Actions of={revision.data} head={head.data} />}>
      <Content of={revision} rows={8}>
        {(data) => (
          <>
            <Group gap="xs">
              <StateBadge state={stateOf(data.revision, inForce)} words={REVISION_STATES} />
              <Text size="sm" component="div">
                made by {data.revision.by}, <When at={data.revision.at} />
                {data.revision.activated_by && (
                  <>
                    ; put into force by {data.revision.activated_by}, <When at={data.revision.activated_at} />
                  </>
                )}
                {data.revision.note !== '' && <Text span size="sm" c="dimmed">{` · ${data.revision.note}`}</Text>}
              </Text>
            </Group>
            <Panel
              title="What it changes"
              note={compared === undefined ? undefined : `against revision ${compared}${compared === inForce ? ', which is in force' : ''}`}
              actions={
                others.length > 0 && (
                  <NativeSelect
                    size="xs"
                    aria-label="Against"
                    value={String(compared ?? '')}
                    data={[...(compared === undefined ? [{ value: '', label: 'Against …' }] : []), ...others.map((row) => ({ value: String(row.revision), label: `${row.revision}, by ${row.by}` }))]}
                    onChange={(event) => void navigate({ search: { against: Number(event.currentTarget.value) }, replace: true })}
                  />
                )
              }
            >
              {compared === undefined ? (
                <Text size="sm" c="dimmed">
                  There is none before it to compare with.
                </Text>
              ) : (
                <Content of={diff} rows={2}>
                  {(found) => <Changes of={found.changes} none="Both say the same." />}
                </Content>
              )}
            </Panel>
            {data.findings.length > 0 && (
              <Panel title="What is found" note="by what the gateway has now">
                <Findings of={data.findings} />
              </Panel>
            )}
            {data.plan && <PlanRules plan={data.plan} findings={data.findings} />}
            <Panel title="Text">
              <Stack gap={4}>
                <TextEditor text={data.text} findings={data.findings} />
              </Stack>
            </Panel>
          </>
        )}
      </Content>
    </Page>
  );
}

function Actions({ of, head }: { of: RoutingRevision; head: Routing }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const may = useMay();
  const by = useSession()?.user.id ?? '';
  const open = useDraft();
  const outcome = { onError: told.failed, onSettled: () => void queries.invalidateQueries() };
  const number = of.revision.revision;
  const rollBack = $api.useMutation('post', '/v1/routing/rollback', { ...outcome, onSuccess: () => told.done(`Revision ${number} is in force again.`) });
  const remove = $api.useMutation('delete', '/v1/routing/revisions/{revision}', {
    ...outcome,
    onSuccess: () => {
      told.done(`The draft ${number} is gone.`);
      void navigate({ to: '/routing', search: { view: 'revisions' } });
    },
  });
  if (!may('manage_routing')) return null;
  const isInForce = head.in_force?.revision === number;
  const goOn = () => {
    // A draft goes on as the one that it is; anything else begins a change from here.
    const isDraft = of.revision.state === 'draft';
    draft.set({ text: of.text, by, base: number, expected: isDraft ? of.revision.parent : head.last_activated, stored: isDraft ? { revision: number, text: of.text } : undefined });
    void navigate({ to: '/routing/change' });
  };
  return (
    <>
      {of.revision.state === 'draft' && (
        <Button
          variant="subtle"
          color="red"
          onClick={() => modals.confirm({ title: `Delete the draft ${number}?`, text: 'That it was there stays on record.', label: 'Delete', act: () => remove.mutate({ params: { path: { revision: number } } }) })}
        >
          Delete
        </Button>
      )}
      {of.revision.state !== 'draft' && !isInForce && (
        <Button
          variant="default"
          loading={rollBack.isPending}
          onClick={() =>
            modals.confirm({
              title: `Back to revision ${number}?`,
              text: `It takes the place of revision ${head.in_force?.revision ?? ''} at once; what waits is routed anew.`,
              label: 'Roll back',
              act: () => rollBack.mutate({ body: { expected: head.last_activated, to: number } }),
            })
          }
        >
          Roll back to it
        </Button>
      )}
      <Button onClick={() => begin(open, goOn)}>{of.revision.state === 'draft' ? 'Rehearse and put into force' : 'Change'}</Button>
    </>
  );
}
