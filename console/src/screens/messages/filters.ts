import type { operations } from '../../api/schema';

type Query = NonNullable<operations['listMessages']['parameters']['query']>;

export const SINCE = ['15m', '1h', '24h', '7d'] as const;
export type Since = (typeof SINCE)[number];

/** What the list shows, as the address holds it. */
export interface Filters {
  to?: string | undefined;
  from?: string | undefined;
  vendor_id?: string | undefined;
  tag?: string | undefined;
  connection?: string | undefined;
  account_sid?: string | undefined;
  error_code?: string | undefined;
  status?: string | undefined;
  class?: 'otp' | 'transactional' | 'marketing' | undefined;
  direction?: 'inbound' | 'outbound-api' | 'outbound-reply' | undefined;
  since?: Since | undefined;
  after?: string | undefined;
  before?: string | undefined;
}

/** Filters that are words of the user's own, with what they are called. */
export const NAMED = {
  to: 'Recipient',
  from: 'Sender',
  vendor_id: 'Carrier’s id',
  tag: 'Tag',
  connection: 'Connection',
  account_sid: 'Account',
  error_code: 'Error code',
} as const;
export type Named = keyof typeof NAMED;

/** States that are asked for together. */
export const STATE_GROUPS = {
  Failed: ['failed'],
  Undelivered: ['undelivered'],
  Expired: ['expired'],
  Unconfirmed: ['unconfirmed'],
  Waiting: ['scheduled', 'accepted', 'queued', 'sending', 'receiving'],
  Sent: ['sent'],
  Delivered: ['delivered'],
  Canceled: ['canceled'],
  Received: ['received'],
} as const;
export type StateGroup = keyof typeof STATE_GROUPS;

export const groupsOf = (status: string | undefined) => {
  const states = status?.split(',') ?? [];
  return (Object.keys(STATE_GROUPS) as StateGroup[]).filter((group) => STATE_GROUPS[group].every((state) => states.includes(state)));
};

export const statusOf = (groups: readonly StateGroup[]) => groups.flatMap((group) => STATE_GROUPS[group]).join(',') || undefined;

const SECONDS: Record<Since, number> = { '15m': 900, '1h': 3600, '24h': 86_400, '7d': 604_800 };

/** The query of the API. A span that ends now begins at a whole ten seconds, so that the same question has the same answer for a while. */
export function queryOf({ since, after, before, error_code, ...rest }: Filters, now: number): Query {
  const from = since ? new Date((Math.floor(now / 10_000) * 10 - SECONDS[since]) * 1000).toISOString() : after;
  const code = Number(error_code);
  return Object.fromEntries(
    Object.entries({
      ...rest,
      created_after: from,
      created_before: before,
      error_code: error_code === undefined ? undefined : Number.isInteger(code) ? code : error_code,
    }).filter(([, value]) => value !== undefined),
  );
}

export interface Guess {
  /** What the text may be; `id` is a message. */
  by: Named | 'id';
  value: string;
  label: string;
}

const isNumber = /^\+?[\d\s().-]{6,24}$/;
const isId = /^SM[0-9a-f]{32}(_\d+)?$/i;

/** What somebody may mean by a text, the likeliest first. */
export function guesses(typed: string, mayUseNumbers: boolean): Guess[] {
  const text = typed.trim();
  if (text === '') return [];
  const as = (by: Named, value = text): Guess => ({ by, value, label: NAMED[by] });
  const numbers = (value: string) => (mayUseNumbers ? [as('to', value), as('from', value)] : []);
  if (isId.test(text)) return [{ by: 'id', value: `SM${text.slice(2, 34).toLowerCase()}`, label: 'Message' }];
  if (/^AC[0-9a-f]{8,}$/i.test(text)) return [as('account_sid')];
  const digits = text.replace(/[\s().-]/g, '');
  if (isNumber.test(text)) return [...numbers(digits.startsWith('+') ? digits : `+${digits.replace(/^00/, '')}`), ...(text.startsWith('+') ? [] : [as('vendor_id'), as('tag')])];
  if (/^\d{5}$/.test(text)) return [as('error_code'), ...(mayUseNumbers ? [as('from')] : []), as('vendor_id'), as('tag')];
  if (/^(?=.*\d)[0-9a-f-]{8,}$/i.test(text)) return [as('vendor_id'), as('tag')];
  const sender = mayUseNumbers && text.length <= 11 ? [as('from')] : [];
  return [as('tag'), ...sender, as('connection'), as('vendor_id')];
}
