import type { Account } from '../../api/schema';

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
