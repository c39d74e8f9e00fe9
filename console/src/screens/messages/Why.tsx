import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Message, Timeline, TimelineEvent } from '../../api/schema';
import { MESSAGE_STATES, statusText } from '../../ui/words';
import { RECEIPTS } from './words';

const TITLES: Partial<Record<Message['status'], string>> = {
  failed: 'Why it failed',
  undelivered: 'Why it did not arrive',
  expired: 'Why it was not sent',
  unconfirmed: 'Why nobody knows whether it arrived',
};

/** The reason in sentences, put together from what is on record. */
export function Why({ of, timeline }: { of: Message; timeline: Timeline | undefined }) {
  const title = TITLES[of.status];
  if (!title) return null;
  const sentences = [
    of.error ? `${of.error.message} (error ${of.error.code}).` : MESSAGE_STATES[of.status]?.text,
    ...(timeline ? reasons(of, timeline) : []),
  ].filter((sentence) => sentence !== undefined);
  return (
    <Alert color={of.status === 'unconfirmed' || of.status === 'expired' ? 'yellow' : 'red'} variant="light" icon={<IconAlertTriangle size={18} aria-hidden />} title={title}>
      {sentences.length === 1 ? (
        <Text size="sm">{sentences[0]}</Text>
      ) : (
        <List size="sm" spacing={4}>
          {[...new Set(sentences)].map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}

function reasons(of: Message, { events, attempts }: Timeline) {
  const end = events.findLast((event) => event.kind === of.status);
  const refusal = events.findLast((event) => event.kind === 'attempt_refused' || event.kind === 'outcome_unknown');
  const told = [refusal === end ? undefined : refusal, end].filter((event) => event !== undefined).map(sentenceOf);
  const tried = new Set(attempts.map((attempt) => attempt.connection));
  if (attempts.length > 1) told.push(`It was tried ${attempts.length} times, on ${[...tried].join(' and ')}.`);
  if (attempts.length === 0 && of.status === 'failed') told.push('No connection was tried: see the decision.');
  return told.filter((sentence) => sentence !== undefined);
}

function sentenceOf(event: TimelineEvent) {
  const who = event.connection ?? 'The gateway';
  const code = event.code_name;
  const isReceipt = event.kind === 'undelivered' && code !== null;
  const meaning = code === null ? undefined : isReceipt ? RECEIPTS[code] : statusText(code);
  const detail = event.detail ? ` It says: ${event.detail}.` : '';
  if (event.kind === 'outcome_unknown') return `${who} did not answer in time.${detail}`;
  if (code === null) return event.detail ? `${who}: ${event.detail}.` : undefined;
  return `${who} ${isReceipt ? 'sent the receipt' : 'answered'} ${code}.${meaning ? ` ${meaning}` : ''}${detail}`;
}
