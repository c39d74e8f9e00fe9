import { Alert, Button, Group, Modal, SegmentedControl, Select, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, api } from '../../api/client';
import { isProblem } from '../../api/problem';
import { useMay } from '../../api/session';
import type { RoutingCheck, RoutingEdit, RoutingPlanRule } from '../../api/schema';
import { CHANGE_VIEWS, routingChange as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty, Failure } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { modals } from '../../ui/modals';
import { Page, Panel } from '../../ui/Page';
import { told } from '../../ui/told';
import { When } from '../../ui/When';
import { Changes } from './Changes';
import { type Change, draft, useDraft } from './draft';
import { Findings } from './Findings';
import { type Edit, checkKey, checkOf } from './plan';
import { said } from './PlanTab';
import { PlanRules } from './PlanRules';
import { RANGES, startRehearsal } from './rehearse';
import { Rehearsal, useSimulation } from './Report';
import { RuleForm } from './RuleForm';
import { SampleForm } from './SampleForm';
import { TextEditor } from './TextEditor';

const TYPING_MS = 350;

/** A change of the plan: what it does, its rehearsal, its rules and its text. */
export function ChangePage() {
  const change = useDraft();
  const may = useMay();
  if (!may('manage_routing')) return <Empty title="Your role does not change the plan">Operators and owners do.</Empty>;
  if (!change)
    return (
      <Page title="Change of the plan">
        <Empty title="No change is begun">
          Move a rule or a connection, or flip traffic, on the <Anchor to="/routing" underline="always">plan</Anchor>.
        </Empty>
      </Page>
    );
  return <Open change={change} />;
}

function Open({ change }: { change: Change }) {
  const { view = 'effect', of = 'sent' } = route.useSearch();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const [hours, setHours] = useState('24');
  const [conflict, setConflict] = useState(false);
  const [written, write] = useState<{ rule?: RoutingPlanRule | undefined }>();
  const [settled] = useDebouncedValue(change.text, TYPING_MS);
  // What was done by an action is checked already: only typing waits.
  const text = queries.getQueryData(checkKey(change.text)) ? change.text : settled;
  const check = useQuery(checkOf(text));
  const isChecked = text === change.text && !check.isPlaceholderData && check.data !== undefined;
  const isUsable = isChecked && check.data.usable;
  const rehearsed = change.rehearsed?.text === change.text ? change.rehearsed.id : undefined;
  const simulation = useSimulation(rehearsed);
  const isRehearsed = rehearsed !== undefined && simulation.data?.state === 'done' && simulation.data.of === 'range';
  const isTried = rehearsed !== undefined && simulation.data?.state === 'done' && simulation.data.of === 'sample';
  const isChange = check.data?.changes?.length !== 0;

  const edit = useMutation({
    mutationFn: async (what: Edit) => {
      const { data, error } = await api.POST('/v1/routing/edit', { body: { plan: change.text, ...what } });
      if (error) throw error;
      return data;
    },
    onSuccess: (result) => takeOver(result),
    onError: told.failed,
  });

  const takeOver = (result: RoutingEdit) => {
    write(undefined);
    queries.setQueryData(checkKey(result.text), result satisfies RoutingCheck);
    draft.update({ text: result.text, said: said(result.done, result.left) });
  };

  const rehearse = useMutation({ mutationFn: () => startRehearsal(change.text, Number(hours)), onError: told.failed });

  /** The draft that it is stored as; it is stored once. */
  const store = async () => {
    if (change.stored?.text === change.text) return change.stored.revision;
    const { data, error } = await api.POST('/v1/routing/revisions', {
      params: { query: note === '' ? {} : { note } },
      body: change.text,
      bodySerializer: (body) => body as string,
      headers: { 'Content-Type': 'application/yaml' },
    });
    if (error) throw error;
    draft.update({ stored: { revision: data.revision.revision, text: change.text } });
    return data.revision.revision;
  };

  const save = useMutation({
    mutationFn: store,
    onSuccess: (revision) => {
      told.done(`Stored as the draft ${revision}. It has no effect until it is put into force.`);
      void queries.invalidateQueries({ queryKey: ['get', '/v1/routing/revisions'] });
    },
    onError: told.failed,
  });

  const activate = useMutation({
    mutationFn: async (expected: number) => {
      const revision = await store();
      const { data, error } = await api.POST('/v1/routing/revisions/{revision}/activate', { params: { path: { revision } }, body: { expected, ...(note === '' ? {} : { note }) } });
      if (error) throw error;
      return data;
    },
    onSuccess: (revision) => {
      draft.set(undefined);
      told.done(`Revision ${revision.revision} of the plan is in force.`);
      queries.removeQueries({ queryKey: ['routing', 'check'] });
      void queries.invalidateQueries();
      void navigate({ to: '/routing' });
    },
    onError: (error) => {
      if (isProblem(error) && error.code === 'revision_conflict') setConflict(true);
      else told.failed(error);
    },
  });

  const putIntoForce = () => {
    const act = () => activate.mutate(change.expected);
    // Whoever has seen what it does is not asked once more; a sample may be any.
    if (isRehearsed) act();
    else if (isTried) modals.confirm({ title: 'Put it into force?', text: 'It was rehearsed with a sample alone, not with what was sent. What waits is routed anew at once.', label: 'Put into force', act });
    else modals.confirm({ title: 'Put it into force without a rehearsal?', text: 'What waits is routed anew at once. A rehearsal takes seconds, and shows what would go another way.', label: 'Put into force', act });
  };

  const stop = () =>
    modals.confirm({
      title: 'Throw the change away?',
      text: change.stored ? `What you changed since the draft ${change.stored.revision} is lost.` : 'It is not stored as a draft.',
      label: 'Throw away',
      act: () => {
        draft.set(undefined);
        void navigate({ to: '/routing' });
      },
    });

  return (
    <Page
      title="Change of the plan"
      actions={
        <>
          <Button variant="subtle" color="gray" onClick={stop}>
            Throw away
          </Button>
          <Button variant="default" loading={save.isPending} disabled={!isUsable || !isChange || change.stored?.text === change.text} onClick={() => save.mutate()}>
            Save as draft
          </Button>
          <Button loading={activate.isPending} disabled={!isUsable || !isChange} onClick={putIntoForce}>
            Put into force
          </Button>
        </>
      }
    >
      <Text size="sm" c="dimmed">
        Made from revision {change.base}. Nothing is changed until it is put into force.
        {change.stored && ` Stored as the draft ${change.stored.revision}.`}
      </Text>
      {conflict && <Conflict base={change.expected} isBusy={activate.isPending} onGoOn={(expected) => activate.mutate(expected)} onLeave={() => setConflict(false)} />}
      {change.said && (
        <Alert variant="light" color="indigo" role="status" withCloseButton closeButtonLabel="Close" onClose={() => draft.update({ said: undefined })}>
          {change.said.map((line) => (
            <Text key={line} size="sm">
              {line}
            </Text>
          ))}
        </Alert>
      )}
      <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ to: '/routing/change', search: { view: value as typeof view }, replace: true, resetScroll: false })}>
        <Tabs.List mb="md">
          {CHANGE_VIEWS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {tabOf(name, check.data)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="effect">
          <Stack gap="md">
          <Panel title="What it changes" note="against the plan in force">
            <Content of={check} rows={2}>
              {(data) =>
                data.changes ? (
                  <Stack gap="md">
                    <Changes of={data.changes} none="It says the same as the plan in force." />
                    {data.findings.length > 0 && <Findings of={data.findings} />}
                  </Stack>
                ) : (
                  <Findings of={data.findings} />
                )
              }
            </Content>
            <TextInput label="Why" description="For the record" placeholder="South is cheaper to Germany" mt="md" maw={480} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
          </Panel>
          <Panel
            title="Rehearsal"
            note="nothing is sent"
            actions={
              <Group gap="xs">
                <SegmentedControl
                  size="xs"
                  aria-label="Rehearse with"
                  value={of}
                  onChange={(value) => void navigate({ to: '/routing/change', search: { view, ...(value === 'sample' ? { of: 'sample' as const } : {}) }, replace: true, resetScroll: false })}
                  data={[
                    { value: 'sent', label: 'What was sent' },
                    { value: 'sample', label: 'A sample' },
                  ]}
                />
                {of === 'sent' && (
                  <>
                    <Select size="xs" w={160} aria-label="Messages of" data={RANGES} value={hours} onChange={(value) => setHours(value ?? '24')} allowDeselect={false} />
                    <Button size="xs" variant={isRehearsed ? 'default' : 'filled'} loading={rehearse.isPending} disabled={!isUsable || !isChange || simulation.data?.state === 'running'} onClick={() => rehearse.mutate()}>
                      {isRehearsed ? 'Rehearse again' : 'Rehearse'}
                    </Button>
                  </>
                )}
              </Group>
            }
          >
            <Stack gap="md">
              {of === 'sample' && <SampleForm text={change.text} isOff={!isUsable || !isChange || simulation.data?.state === 'running'} />}
              {rehearsed ? (
                <Rehearsal id={rehearsed} />
              ) : (
                (of === 'sent' || change.rehearsed) && (
                  <Text size="sm" c="dimmed">
                    {change.rehearsed ? 'The change is another since it was rehearsed.' : 'Decides what was sent by both plans, and tells what would go another way, what it costs, and what would arrive.'}
                  </Text>
                )
              )}
            </Stack>
          </Panel>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <Content of={check} rows={8}>
            {(data) =>
              data.plan ? (
                <>
                  <PlanRules plan={data.plan} findings={data.findings} act={(what) => edit.mutate(what)} write={(rule) => write({ rule })} isBusy={edit.isPending || !isChecked} />
                  {written && <RuleForm plan={data.plan} text={change.text} rule={written.rule} onClose={() => write(undefined)} onDone={takeOver} />}
                </>
              ) : (
                <Empty title="The text has errors">
                  The rules are shown again when they are out of it. Correct them in the <Anchor to="/routing/change" search={{ view: 'text' }} underline="always">text</Anchor>.
                </Empty>
              )
            }
          </Content>
        </Tabs.Panel>
        <Tabs.Panel value="text">
          <Stack gap="xs">
            <Text size="sm" role="status" c={check.data && !check.data.usable ? 'var(--crosspoint-bad)' : 'dimmed'}>
              {check.error ? '' : !isChecked ? 'It is looked at …' : summary(check.data)}
            </Text>
            {check.error && <Failure error={check.error} again={() => void check.refetch()} />}
            <TextEditor text={change.text} findings={check.data?.findings ?? []} onChange={(value) => draft.update({ text: value, said: undefined })} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function tabOf(view: (typeof CHANGE_VIEWS)[number], check: RoutingCheck | undefined) {
  const errors = check?.findings.filter((finding) => finding.severity === 'error').length ?? 0;
  if (view === 'effect') return check?.changes ? `What it changes (${count(check.changes.length)})` : 'What it changes';
  if (view === 'rules') return 'Rules';
  return errors > 0 ? `Text (${errors === 1 ? '1 error' : `${count(errors)} errors`})` : 'Text';
}

function summary(check: RoutingCheck | undefined) {
  const errors = check?.findings.filter((finding) => finding.severity === 'error') ?? [];
  const warnings = (check?.findings.length ?? 0) - errors.length;
  const first = errors[0];
  if (first) return `${errors.length === 1 ? 'An error' : `${errors.length} errors`}: line ${first.line}, ${first.key === '' ? '' : `${first.key} `}${first.message}`;
  return warnings > 0 ? `It can be put into force. ${warnings === 1 ? 'One thing' : `${warnings} things`} may not be meant.` : 'It can be put into force.';
}

/** Somebody else was quicker: what they did is shown before it is put aside. */
function Conflict({ base, isBusy, onGoOn, onLeave }: { base: number; isBusy: boolean; onGoOn: (expected: number) => void; onLeave: () => void }) {
  const head = $api.useQuery('get', '/v1/routing', {}, { staleTime: 0 });
  const theirs = head.data?.in_force;
  const diff = $api.useQuery('get', '/v1/routing/revisions/{revision}/diff', { params: { path: { revision: theirs?.revision ?? 0 }, query: { against: base } } }, { enabled: theirs !== undefined && theirs !== null });
  return (
    <Modal opened onClose={onLeave} size="lg" title="Somebody else was quicker">
      <Stack gap="md">
        {theirs && (
          <Text size="sm" component="div">
            Revision {theirs.revision} was put into force by {theirs.activated_by} at <When at={theirs.activated_at} />, after you began from revision {base}.{theirs.note !== '' && ` Their note: ${theirs.note}.`} Your change is stored as a draft. This is what they
            changed:
          </Text>
        )}
        <Content of={diff} rows={2}>
          {(data) => <Changes of={data.changes} none="It says the same as the one that you began from." />}
        </Content>
        <Text size="sm">Yours does not hold these changes: put into force, it undoes them.</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onLeave}>
            Look at mine again
          </Button>
          <Button color="red.9" loading={isBusy} disabled={!head.data} onClick={() => head.data && onGoOn(head.data.last_activated)}>
            Put mine over theirs
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
