import type { AuditEntry } from '../../api/schema';
import { KINDS, KIND_NAMES, isKind } from './kinds';

/** What has no revisions: as a kind to choose, and of one entry. */
const DONE: Record<string, { label: string; one: string }> = {
  connections: { label: 'Connections', one: 'Connection' },
  traffic: { label: 'Traffic', one: 'Traffic of' },
  webhooks: { label: 'Webhooks', one: 'Webhooks of' },
  messages: { label: 'Messages', one: 'Message' },
  test_messages: { label: 'Test messages', one: 'Test message as' },
  experiments: { label: 'Experiments', one: 'Experiment on' },
  incidents: { label: 'Incidents', one: 'Incident' },
  alerts: { label: 'Alerts', one: 'Alert' },
  silences: { label: 'Silences', one: 'Silence' },
  maintenance: { label: 'Maintenance windows', one: 'Maintenance window' },
  notifiers: { label: 'Notifiers', one: 'Notifier' },
};

const ACTIONS: Partial<Record<AuditEntry['action'], string>> = {
  draft: 'stored a draft',
  activate: 'put into force',
  roll_back: 'went back',
  delete: 'deleted a draft',
  add: 'added',
  change: 'changed',
  remove: 'removed',
  cap: 'capped the rate',
  pause: 'paused',
  resume: 'resumed',
  drain: 'drained',
  stop: 'stopped',
  restart: 'restarted',
  pace_batch: 'paced a batch',
  pause_batch: 'paused a batch',
  resume_batch: 'resumed a batch',
  cancel_batch: 'canceled a batch',
  cancel_queued: 'canceled what waited',
  enable: 'enabled',
  disable: 'switched off',
  test: 'tested',
  replay: 'sent again',
  begin: 'began',
  end: 'ended',
  acknowledge: 'acknowledged',
  note: 'noted',
  mark: 'judged',
  send: 'sent',
  message_cancel: 'canceled',
  message_redact: 'removed its text',
  message_resend: 'sent it again',
  message_webhook_replay: 'sent a webhook again',
  message_export: 'exported',
};

/** Kinds to choose from, those of users for whoever may see them. */
export const kindsToChoose = (areUsersShown: boolean) => [
  { group: 'Done at once', items: Object.entries(DONE).map(([value, { label }]) => ({ value, label })) },
  {
    group: 'With revisions',
    items: [...KIND_NAMES.map((value) => ({ value: value as string, label: KINDS[value].label })), { value: 'access', label: 'Keys and credentials' }],
  },
  ...(areUsersShown ? [{ group: 'A record of its own', items: [{ value: 'users', label: 'Users and sign-ins' }] }] : []),
];

export const actionOf = (entry: AuditEntry) => ACTIONS[entry.action] ?? entry.action.replaceAll('_', ' ');

export function kindOf({ kind }: AuditEntry) {
  if (isKind(kind)) return KINDS[kind].label;
  return DONE[kind]?.one ?? (kind === 'access' ? 'Keys and credentials' : kind === 'users' ? 'User' : kind.replaceAll('_', ' '));
}
