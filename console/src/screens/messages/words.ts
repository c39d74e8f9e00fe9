import type { Attempt, Message, Segment, TimelineEvent, WebhookDelivery } from '../../api/schema';

type Words<K extends string> = Record<K, { color: string; text: string }>;

export const DIRECTION: Record<Message['direction'], string> = { 'outbound-api': 'outbound', 'outbound-reply': 'reply', inbound: 'inbound' };

export const ENCODING: Record<string, string> = { gsm7: 'GSM 7 bit', ucs2: 'UCS-2' };

/** What happened, in the words of docs/message-states.md. */
export const EVENTS: Record<TimelineEvent['kind'], { color: string; label: string }> = {
  accepted: { color: 'gray', label: 'Accepted' },
  attempt_started: { color: 'blue', label: 'Handed to a connection' },
  sent: { color: 'cyan', label: 'Taken by the vendor' },
  attempt_refused: { color: 'orange', label: 'Refused by the vendor' },
  outcome_unknown: { color: 'orange', label: 'No answer from the vendor' },
  receipt_noted: { color: 'gray', label: 'A receipt that changed nothing' },
  delivered: { color: 'green', label: 'Delivered' },
  undelivered: { color: 'red', label: 'Not delivered' },
  failed: { color: 'red', label: 'Failed' },
  expired: { color: 'orange', label: 'Its validity ended' },
  canceled: { color: 'gray', label: 'Canceled' },
  unconfirmed: { color: 'yellow', label: 'No receipt came in time' },
  redacted: { color: 'gray', label: 'Text removed' },
  received: { color: 'green', label: 'Received' },
  requeued: { color: 'blue', label: 'Queued again' },
  feedback_noted: { color: 'gray', label: 'Feedback of the application' },
  reply_ignored: { color: 'orange', label: 'A reply that is not supported' },
  part_accepted: { color: 'gray', label: 'A part came in' },
  released: { color: 'blue', label: 'Released at its time' },
  replaced: { color: 'gray', label: 'Changed before it was sent' },
  queried: { color: 'gray', label: 'The vendor was asked' },
  rerouted: { color: 'orange', label: 'Sent another way' },
  held: { color: 'yellow', label: 'Held for its send window' },
  resent: { color: 'blue', label: 'Sent again' },
  other: { color: 'gray', label: 'Something that this console does not know' },
};

export const OUTCOMES: Words<Attempt['outcome']> = {
  pending: { color: 'blue', text: 'The answer is awaited.' },
  sent: { color: 'green', text: 'The vendor took all of it.' },
  retry: { color: 'orange', text: 'Refused for now: tried again on the same connection.' },
  next_candidate: { color: 'orange', text: 'Refused: the next connection was tried.' },
  failed: { color: 'red', text: 'Refused for good.' },
  unknown: { color: 'yellow', text: 'No answer came: nobody knows whether the vendor has it.' },
  not_sent: { color: 'gray', text: 'Nothing of it left this process.' },
  rerouted: { color: 'orange', text: 'Taken, and not delivered: it was sent another way.' },
};

export const SEGMENT_STATES: Words<Segment['state']> = {
  pending: { color: 'gray', text: 'Still to be sent.' },
  in_flight: { color: 'blue', text: 'Written; the answer is awaited.' },
  sent: { color: 'cyan', text: 'Taken by the vendor.' },
  refused: { color: 'red', text: 'Refused by the vendor.' },
  unknown: { color: 'yellow', text: 'No answer came.' },
  delivered: { color: 'green', text: 'A receipt says that it arrived.' },
  undelivered: { color: 'red', text: 'A receipt says that it did not arrive.' },
};

export const DELIVERY_STATES: Words<WebhookDelivery['state']> = {
  pending: { color: 'blue', text: 'Still to be delivered.' },
  delivered: { color: 'green', text: 'The receiver took it.' },
  failed: { color: 'red', text: 'Given up: it can be sent again.' },
};

/** What receipts say (SMPP v3.4, section 5.2.28). */
export const RECEIPTS: Record<string, string> = {
  DELIVRD: 'It reached the handset.',
  EXPIRED: 'The handset could not be reached in the time that the carrier tries.',
  DELETED: 'Somebody deleted it at the carrier.',
  UNDELIV: 'It cannot be delivered.',
  ACCEPTD: 'It was read on behalf of the subscriber.',
  UNKNOWN: 'The carrier does not know what became of it.',
  REJECTD: 'The carrier rejected it.',
  ENROUTE: 'It is on its way.',
  SKIPPED: 'The carrier skipped it.',
  SCHEDULED: 'The carrier will send it later.',
};
