import type { Account, AccountSettings } from '../../api/schema';

export const ACCOUNT_STATES = {
  enabled: { color: 'green', text: 'Its credentials are taken, and its messages go out.' },
  paused: { color: 'yellow', text: 'Messages are accepted and held until its traffic is resumed.' },
  disabled: { color: 'gray', text: 'Its credentials are refused. What it sent before goes on.' },
};

export const SOURCES = {
  file: { color: 'gray', text: 'It stands in the configuration file, and is changed there.' },
  store: { color: 'blue', text: 'It was made here or by the API, and is changed here.' },
};

export const stateOf = (account: Account) => (!account.enabled ? 'disabled' : account.state === 'paused' ? 'paused' : 'enabled');

export const LIMIT_SOURCES = {
  own: { color: 'blue', text: 'The account has it, in the place of what holds for every account.' },
  default: { color: 'gray', text: 'It holds for every account that has none of its own.' },
  file: { color: 'gray', text: 'The configuration file has it for certain messages. It holds beside the others.' },
};

/** What becomes of messages beyond a limit. */
export const OVER = {
  throttle: 'answered “try later”',
  refuse: 'refused for good',
  queue: 'held until midnight',
};

/** The settings of an account as they are sent: with what is not set left out. */
export const settingsOf = (account: Account): AccountSettings => ({
  name: account.name,
  enabled: account.enabled,
  senders: account.senders,
  weight: account.weight,
  limits: account.limits,
  numbers: account.numbers.map((number) => ({ number: number.number, ...(number.inbound_url ? { inbound_url: number.inbound_url, inbound_format: number.inbound_format } : {}), ...(number.smpp ? { smpp: number.smpp } : {}) })),
  webhook_endpoints: account.webhook_endpoints.map((endpoint) => ({
    url: endpoint.url,
    enabled: endpoint.enabled,
    ...(endpoint.batch ? { batch: endpoint.batch } : {}),
    ...(endpoint.concurrency ? { concurrency: endpoint.concurrency } : {}),
    ...(endpoint.rate ? { rate: endpoint.rate } : {}),
  })),
});
