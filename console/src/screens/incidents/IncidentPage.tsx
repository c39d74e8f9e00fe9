import { Button, List, SimpleGrid, Stack, Text, Textarea, Timeline } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import type { IncidentEntry, IncidentStory } from '../../api/schema';
import { incident as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { count, countryName, money, networkName, percent, perSecond } from '../../ui/format';
import { Figure, Page, Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { Sentence } from '../../ui/Sentence';
import { StateBadge } from '../../ui/StateBadge';
import { Since, When } from '../../ui/When';
import { CELL_STATES, INCIDENT_STATES, SEVERITIES } from '../../ui/words';

export function IncidentPage() {
  const { id } = route.useParams();
  const story = $api.useQuery('get', '/v1/incidents/{incident}', { params: { path: { incident: id } } }, { refetchInterval: 3000 });
  if (!story.data && isProblem(story.error) && story.error.status === 404)
    return (
      <Page title="Incident">
        <Empty title="There is no such incident">
          Its time is over, or the address is not right. <Anchor to="/incidents" underline="always">To the incidents</Anchor>
        </Empty>
      </Page>
    );
  return (
    <Page title={story.data?.title ?? 'Incident'} actions={story.data && <Actions of={story.data} />}>
      <Content of={story}>{(data) => <Story of={data} />}</Content>
    </Page>
  );
}

function Story({ of }: { of: IncidentStory }) {
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing={{ base: 'xs', sm: 'sm' }}>
        <Figure label="State" value={<StateBadge state={of.state} words={INCIDENT_STATES} />} note={of.acknowledged_by ? `looked at by ${of.acknowledged_by}` : 'nobody looks at it yet'} />
        <Figure label="Severity" value={<StateBadge state={of.severity} words={SEVERITIES} />} note={of.verdict ? `marked ${of.verdict} by ${of.verdict_by}` : undefined} />
        <Figure label="Began" value={<Since at={of.opened_at} />} note={<When at={of.opened_at} />} />
        <Figure label="Messages hit" value={count(of.messages_hit)} note={`${count(of.messages_moved)} moved since`} />
        <Figure label="Extra cost" value={of.extra_cost.length === 0 ? '–' : of.extra_cost.map((cost) => money(cost.amount, cost.currency)).join(', ')} note="of what went another way" />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" style={{ alignItems: 'start' }}>
        <Stack gap="md">
          <Sentences title="What happened" of={of.what_happened} />
          <Sentences title="What is left to do" of={of.what_is_left} />
        </Stack>
        <Sentences title="What was done" of={of.what_was_done} />
      </SimpleGrid>
      <Panel title="Where">
        <Sheet
          label="Where"
          rows={of.cells}
          keyOf={(cell) => `${cell.connection} ${cell.country} ${cell.network}`}
          columns={[
            { title: 'Connection', cell: (cell) => <Anchor to="/routes/$name" params={{ name: cell.connection }} search={{ country: cell.country ?? undefined }}>{cell.connection}</Anchor> },
            { title: 'Network', cell: (cell) => (cell.country ? `${countryName(cell.country)} ${networkName(cell.network)}` : 'all of it') },
            { title: 'State', cell: (cell) => <StateBadge state={cell.state} words={CELL_STATES} /> },
            { title: 'Takes', isNumber: true, cell: (cell) => percent(cell.share) },
            { title: 'A second before', isNumber: true, cell: (cell) => perSecond(cell.rate) },
            { title: 'Messages hit', isNumber: true, cell: (cell) => count(cell.messages_hit) },
            { title: 'Moved', isNumber: true, cell: (cell) => count(cell.messages_moved) },
          ]}
        />
      </Panel>
      <Panel title="Timeline" note={of.timeline_left_out > 0 ? `${count(of.timeline_left_out)} lines in the middle are left out` : undefined}>
        <Timeline bulletSize={12} lineWidth={2} active={of.timeline.length}>
          {of.timeline.map((entry, number) => (
            <Timeline.Item key={number} color={colorOf(entry)}>
              <Text size="sm">
                <Sentence text={entry.text} />
              </Text>
              <Text size="xs" c="dimmed" component="div">
                <When at={entry.at} />
                {entry.cell && !entry.text.includes(entry.cell) && ` · ${entry.cell}`}
                {entry.by && ` · ${entry.by}`}
              </Text>
            </Timeline.Item>
          ))}
        </Timeline>
      </Panel>
    </Stack>
  );
}

function Sentences({ title, of }: { title: string; of: string[] }) {
  return (
    <Panel title={title}>
      {of.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing.
        </Text>
      ) : (
        <List size="sm" spacing={6}>
          {of.map((sentence, number) => (
            <List.Item key={number}>
              <Sentence text={sentence} />
            </List.Item>
          ))}
        </List>
      )}
    </Panel>
  );
}

function colorOf(entry: IncidentEntry) {
  if (entry.kind === 'noticed' || entry.kind === 'relapsed') return 'red';
  if (entry.kind === 'resolved') return 'green';
  return entry.to ? (CELL_STATES[entry.to]?.color ?? 'gray') : 'gray';
}

function Actions({ of }: { of: IncidentStory }) {
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const path = { params: { path: { incident: of.id } } };
  const outcome = {
    onError: (error: unknown) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red' }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['get', '/v1/incidents/{incident}'] }),
  };
  const acknowledge = $api.useMutation('post', '/v1/incidents/{incident}/acknowledge', outcome);
  const mark = $api.useMutation('post', '/v1/incidents/{incident}/mark', outcome);
  const write = $api.useMutation('post', '/v1/incidents/{incident}/notes', outcome);
  return (
    <>
      {of.state === 'open' && (
        <Button size="sm" loading={acknowledge.isPending} onClick={() => acknowledge.mutate({ ...path, body: {} })}>
          I look at it
        </Button>
      )}
      <Button.Group aria-label="Did it need action?">
        {(['useful', 'noise'] as const).map((verdict) => (
          <Button
            key={verdict}
            size="sm"
            variant={of.verdict === verdict ? 'filled' : 'default'}
            aria-pressed={of.verdict === verdict}
            onClick={() => mark.mutate({ ...path, body: { verdict: of.verdict === verdict ? 'none' : verdict } })}
          >
            {verdict === 'useful' ? 'Useful' : 'Noise'}
          </Button>
        ))}
      </Button.Group>
      <form style={{ display: 'flex', gap: 4, alignItems: 'flex-end' }} onSubmit={(event) => {
        event.preventDefault();
        if (note.trim() === '') return;
        write.mutate({ ...path, body: { note } }, { onSuccess: () => setNote('') });
      }}>
        <Textarea aria-label="Note" placeholder="Note for the timeline" autosize minRows={1} maxRows={4} w={220} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Button type="submit" size="sm" variant="default" loading={write.isPending}>
          Add
        </Button>
      </form>
    </>
  );
}
