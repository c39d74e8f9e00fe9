/** What states mean, for those who meet them for the first time. The words are those of docs/. */
export const MESSAGE_STATES: Record<string, { color: string; text: string }> = {
  scheduled: { color: 'gray', text: 'Waits for the time at which it was asked to be sent.' },
  accepted: { color: 'gray', text: 'On disk. The sender is still to be chosen.' },
  queued: { color: 'blue', text: 'On disk, and waits for its turn at a connection.' },
  sending: { color: 'blue', text: 'Written to a connection; its answer is awaited.' },
  sent: { color: 'cyan', text: 'The vendor has taken it. The receipt is awaited.' },
  delivered: { color: 'green', text: 'A receipt says that it reached the handset.' },
  undelivered: { color: 'red', text: 'A receipt, or a part that was refused, says that it did not arrive.' },
  failed: { color: 'red', text: 'It could not be sent. The timeline tells why.' },
  expired: { color: 'orange', text: 'Its validity ended before it could be sent.' },
  canceled: { color: 'gray', text: 'Somebody canceled it before it was sent.' },
  unconfirmed: { color: 'yellow', text: 'Sent, but no receipt came in the time that this route is known to need.' },
  receiving: { color: 'blue', text: 'Parts of it have come in; others are awaited.' },
  received: { color: 'green', text: 'Came in from a handset.' },
};

export const CELL_STATES: Record<string, { color: string; text: string }> = {
  healthy: { color: 'green', text: 'Takes all of its usual messages.' },
  degraded: { color: 'yellow', text: 'Does worse than usual: takes a part of its messages, the others go other ways.' },
  suspended: { color: 'red', text: 'Takes nothing until its hold is over.' },
  probing: { color: 'orange', text: 'A small share of real messages shows whether it works again.' },
  recovering: { color: 'blue', text: 'Its share grows by steps, each with a test.' },
};

export const USES: Record<string, { color: string; text: string }> = {
  usable: { color: 'green', text: 'Bound, and takes messages.' },
  down: { color: 'red', text: 'No session is bound. It is tried again by itself.' },
  paused: { color: 'yellow', text: 'An operator paused it: messages wait or go other ways.' },
  draining: { color: 'orange', text: 'Takes no new messages; finishes what it holds.' },
  stopped: { color: 'gray', text: 'An operator stopped it: its sessions are unbound.' },
};

export const INCIDENT_STATES: Record<string, { color: string; text: string }> = {
  open: { color: 'red', text: 'Something is wrong, and nobody has said that they look at it.' },
  acknowledged: { color: 'orange', text: 'Somebody looks at it.' },
  recovering: { color: 'blue', text: 'Nothing of it is degraded or suspended any more: traffic comes back by steps.' },
  resolved: { color: 'green', text: 'Over.' },
};

export const SEVERITIES: Record<string, { color: string; text: string }> = {
  L1: { color: 'yellow', text: 'Worth a look during working hours.' },
  L2: { color: 'orange', text: 'Look at it soon.' },
  L3: { color: 'red', text: 'Look at it now.' },
};

/** Command statuses of SMPP v3.4, section 5.1.3, that operators meet most. */
const STATUSES: Record<string, string> = {
  ESME_RTHROTTLED: 'The vendor asks to slow down.',
  ESME_RMSGQFUL: 'The queue of the vendor is full.',
  ESME_RSYSERR: 'The vendor had an error of its own.',
  ESME_RSUBMITFAIL: 'The vendor could not take the message.',
  ESME_RINVDSTADR: 'The vendor does not accept the number of the recipient.',
  ESME_RINVSRCADR: 'The vendor does not accept the sender.',
  ESME_RINVMSGLEN: 'The vendor says that the text is too long or too short.',
  ESME_RX_T_APPN: 'A passing error at the vendor.',
  ESME_RX_P_APPN: 'An error at the vendor that will not pass.',
  ESME_RX_R_APPN: 'The vendor refused the message.',
};

export const statusText = (status: string | null | undefined) => (status ? STATUSES[status] : undefined);

/** Error codes of messages that operators meet most (docs/api/native.md). */
const ERRORS: Record<number, string> = {
  30003: 'The handset could not be reached.',
  30004: 'The recipient, or the network, blocks it.',
  30005: 'There is no such number.',
  30006: 'A landline, or a network that takes no messages.',
  30007: 'The network filtered it.',
  30008: 'Not known why.',
};

export const errorText = (code: number | null | undefined) => (code == null ? undefined : ERRORS[code]);
