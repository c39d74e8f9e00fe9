import type { ExperimentRequest } from '../../api/schema';

export type Fault = ExperimentRequest['fault'];

/** What each fault is, and what becomes of messages; the words are those of docs/chaos.md. */
export const FAULTS: Record<Fault, { label: string; does: string; messages: string }> = {
  errors: {
    label: 'Errors',
    does: 'Segments are answered with an error.',
    messages: 'They are not sent here: they are tried again or go another way, as the retry rules say. A message that has no other way is spared.',
  },
  latency: {
    label: 'Latency',
    does: 'Answers come later.',
    messages: 'Nothing is lost: the vendor has the messages, and its answers are handed on later.',
  },
  throttle: {
    label: 'Throttling',
    does: 'Above a rate, the connection asks to slow down.',
    messages: 'They wait, are tried again or go another way.',
  },
  disconnect: {
    label: 'Disconnect',
    does: 'No session counts as bound. Hits everything the connection carries, and needs another one that is up.',
    messages: 'They move to other connections. The sessions stay bound in truth, so nothing becomes unknown and receipts come.',
  },
  receipts_lost: {
    label: 'Lost receipts',
    does: 'Health hears nothing of receipts.',
    messages: 'Nothing: messages and webhooks hear of their receipts as ever.',
  },
};

export const PHASES: Record<string, { color: string; text: string }> = {
  injecting: { color: 'red', text: 'The fault is there.' },
  recovering: { color: 'blue', text: 'The fault has ended; the traffic comes back.' },
  done: { color: 'green', text: 'Over: all is as before.' },
};

export const ENDS = {
  time: 'its time',
  guard: 'the guard',
  operator: 'an operator',
  gone: 'a change of the connection, or of the gateway',
} as const;
