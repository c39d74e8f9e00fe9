import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, api } from '../../api/client';
import { useMay, useSession } from '../../api/session';
import type { Routing, RoutingEdit, RoutingPlanRule } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Content, Failure } from '../../ui/Feedback';
import { told } from '../../ui/told';
import { When } from '../../ui/When';
import { begin, draft, useDraft } from './draft';
import { FlipForm } from './FlipForm';
import { type Edit, checkKey } from './plan';
import { PlanRules } from './PlanRules';
import { startRehearsal } from './rehearse';
import { RuleForm } from './RuleForm';

/** The plan in force. Whatever is done with it begins a change, and nothing is changed until that is put into force. */
export function PlanTab({ head }: { head: Routing }) {
  const number = head.in_force?.revision ?? 0;
  const revision = $api.useQuery('get', '/v1/routing/revisions/{revision}', { params: { path: { revision: number }, query: { describe: true } } }, { enabled: number > 0 });
  const may = useMay();
  const by = useSession()?.user.id ?? '';
  const open = useDraft();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isFlipping, flip] = useState(false);
  const [written, write] = useState<{ rule?: RoutingPlanRule | undefined }>();
  const takeOver = (result: RoutingEdit) => {
    queries.setQueryData(checkKey(result.text), result);
    draft.set({ text: result.text, by, base: number, expected: head.last_activated, said: said(result.done, result.left) });
    void navigate({ to: '/routing/change' });
  };
  const change = useMutation({
    mutationFn: async ({ edit, isRehearsed }: { edit?: Edit; isRehearsed?: boolean }) => {
      const text = revision.data!.text;
      const begun = { text, by, base: number, expected: head.last_activated };
      if (!edit) return draft.set(begun);
      const { data, error } = await api.POST('/v1/routing/edit', { body: { plan: text, ...edit } });
      if (error) throw error;
      queries.setQueryData(checkKey(data.text), data);
      draft.set({ ...begun, text: data.text, said: said(data.done, data.left) });
      if (isRehearsed && data.done.length > 0) await startRehearsal(data.text);
    },
    onSuccess: () => void navigate({ to: '/routing/change' }),
    onError: told.failed,
  });
  if (number === 0) return <Failure error={new Error('No revision of the plan could be stored, so the plan of the configuration file holds. The log says why.')} />;
  return (
    <Content of={revision} rows={8}>
      {({ revision: about, plan, findings, text }) => (
        <>
          <Group justify="space-between" mb="md" gap="sm">
            <Text size="sm" component="div">
              <Anchor to="/routing/revisions/$revision" params={{ revision: String(about.revision) }} underline="always">
                Revision {about.revision}
              </Anchor>
              , in force since <When at={about.activated_at} />, by {about.activated_by}
              {about.note !== '' && <Text span size="sm" c="dimmed">{` · ${about.note}`}</Text>}
            </Text>
            {may('manage_routing') && plan && (
              <Group gap="xs">
                <Button size="xs" variant="default" onClick={() => begin(open, () => change.mutate({}))}>
                  Change
                </Button>
                <Button size="xs" onClick={() => flip(true)}>
                  Flip traffic
                </Button>
              </Group>
            )}
          </Group>
          {plan ? (
            <PlanRules plan={plan} findings={findings} act={may('manage_routing') ? (edit) => begin(open, () => change.mutate({ edit })) : undefined} write={may('manage_routing') ? (rule) => begin(open, () => write({ rule })) : undefined} isBusy={change.isPending} />
          ) : (
            <pre className="mono">{text}</pre>
          )}
          {plan && written && <RuleForm plan={plan} text={text} rule={written.rule} onClose={() => write(undefined)} onDone={takeOver} />}
          {plan && (
            <FlipForm
              plan={plan}
              isOpen={isFlipping}
              onClose={() => flip(false)}
              onFlip={(from, to) => {
                flip(false);
                begin(open, () => change.mutate({ edit: { action: 'flip', from, to }, isRehearsed: true }));
              }}
            />
          )}
        </>
      )}
    </Content>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const said = (done: string[], left: string[]) => [...(done.length === 0 ? ['Nothing was changed.'] : done.map(capital)), ...left.map((text) => `Left as it is: ${text}`)];
