import { Center } from '@mantine/core';
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { Anchor } from '../ui/Anchor';
import { Empty, Failure } from '../ui/Feedback';
import { readSession } from '../api/session';
import { SINCE, type Filters } from '../screens/messages/filters';
import { openTo } from './sections';
import { Shell } from './Shell';

export const INTERVALS = ['1m', '5m', '15m', '60m'] as const;
export type Interval = (typeof INTERVALS)[number];

function one<T extends string>(value: unknown, of: readonly T[]): T | undefined {
  return of.find((choice) => choice === value);
}

export const SPANS = ['1h', '24h'] as const;
export type Span = (typeof SPANS)[number];

type Search = Record<string, unknown>;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Also of what looks like a number, which the router reads as one. */
const word = (value: unknown) => text(typeof value === 'number' ? String(value) : value);

const whole = (value: unknown) => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined);

const root = createRootRoute({
  errorComponent: ({ error }) => <Failure error={error} again={() => window.location.reload()} />,
  notFoundComponent: () => (
    <Center component="main" mih="80vh">
      <Empty title="There is no such page">
        The address is not right, or what it led to is gone. <Anchor to="/" underline="always">To the console</Anchor>
      </Empty>
    </Center>
  ),
});

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Search): { next?: string } => ({ next: text(search['next']) }),
  component: lazyRouteComponent(() => import('../screens/entry/SignIn'), 'SignIn'),
});

const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../screens/entry/SetUp'), 'SetUp'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../screens/entry/Invited'), 'Invited'),
});

/** Everything that only somebody who is signed in sees. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    if (!(await readSession())) throw redirect({ to: '/sign-in', search: { next: location.href } });
  },
});

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async () => {
    const session = await readSession();
    const first = session ? openTo((permission) => session.permissions.includes(permission))[0] : undefined;
    throw redirect({ to: first?.path ?? '/overview' });
  },
});

export const overview = createRoute({
  getParentRoute: () => inside,
  path: '/overview',
  validateSearch: (search: Search): { span?: Span } => ({ span: one(search['span'], SPANS) }),
  component: lazyRouteComponent(() => import('../screens/overview/Overview'), 'Overview'),
});

export const ROUTE_VIEWS = ['connections', 'matrix', 'states'] as const;

export const routes = createRoute({
  getParentRoute: () => inside,
  path: '/routes',
  validateSearch: (search: Search): { view?: (typeof ROUTE_VIEWS)[number]; interval?: Interval } => ({ view: one(search['view'], ROUTE_VIEWS), interval: one(search['interval'], INTERVALS) }),
  component: lazyRouteComponent(() => import('../screens/routes/Routes'), 'Routes'),
});

export const connection = createRoute({
  getParentRoute: () => inside,
  path: '/routes/$name',
  validateSearch: (search: Search): { interval?: Interval; country?: string; network?: string; span?: Span } => ({
    interval: one(search['interval'], INTERVALS),
    country: text(search['country']),
    network: word(search['network']),
    span: one(search['span'], SPANS),
  }),
  component: lazyRouteComponent(() => import('../screens/routes/ConnectionPage'), 'ConnectionPage'),
});

export const messages = createRoute({
  getParentRoute: () => inside,
  path: '/messages',
  validateSearch: (search: Search): Filters => ({
    to: word(search['to']),
    from: word(search['from']),
    vendor_id: word(search['vendor_id']),
    tag: word(search['tag']),
    connection: word(search['connection']),
    account_sid: word(search['account_sid']),
    error_code: word(search['error_code']),
    status: text(search['status']),
    class: one(search['class'], ['otp', 'transactional', 'marketing']),
    direction: one(search['direction'], ['inbound', 'outbound-api', 'outbound-reply']),
    since: one(search['since'], SINCE),
    after: text(search['after']),
    before: text(search['before']),
  }),
  component: lazyRouteComponent(() => import('../screens/messages/Messages'), 'Messages'),
});

export const message = createRoute({
  getParentRoute: () => inside,
  path: '/messages/$id',
  component: lazyRouteComponent(() => import('../screens/messages/MessagePage'), 'MessagePage'),
});

export const INCIDENT_FILTERS = ['unresolved', 'all'] as const;

export const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/incidents',
  validateSearch: (search: Search): { state?: (typeof INCIDENT_FILTERS)[number] } => ({ state: one(search['state'], INCIDENT_FILTERS) }),
  component: lazyRouteComponent(() => import('../screens/incidents/Incidents'), 'Incidents'),
});

export const incident = createRoute({
  getParentRoute: () => inside,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('../screens/incidents/IncidentPage'), 'IncidentPage'),
});

export const ALERT_VIEWS = ['open', 'all', 'silences', 'notifiers', 'weekly'] as const;

export const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/alerts',
  validateSearch: (search: Search): { view?: (typeof ALERT_VIEWS)[number]; week?: string } => ({ view: one(search['view'], ALERT_VIEWS), week: text(search['week']) }),
  component: lazyRouteComponent(() => import('../screens/alerts/Alerts'), 'Alerts'),
});

export const LAB_VIEWS = ['message', 'experiments'] as const;

export const lab = createRoute({
  getParentRoute: () => inside,
  path: '/lab',
  validateSearch: (search: Search): { view?: (typeof LAB_VIEWS)[number]; message?: string; experiment?: number } => ({
    view: one(search['view'], LAB_VIEWS),
    message: text(search['message']),
    experiment: typeof search['experiment'] === 'number' ? search['experiment'] : undefined,
  }),
  component: lazyRouteComponent(() => import('../screens/lab/Lab'), 'Lab'),
});

export const accounts = createRoute({
  getParentRoute: () => inside,
  path: '/accounts',
  validateSearch: (search: Search): { find?: string; after?: string } => ({ find: text(search['find']), after: text(search['after']) }),
  component: lazyRouteComponent(() => import('../screens/accounts/Accounts'), 'Accounts'),
});

export const ACCOUNT_VIEWS = ['settings', 'keys', 'smpp', 'revisions'] as const;

export const account = createRoute({
  getParentRoute: () => inside,
  path: '/accounts/$sid',
  validateSearch: (search: Search): { view?: (typeof ACCOUNT_VIEWS)[number] } => ({ view: one(search['view'], ACCOUNT_VIEWS) }),
  component: lazyRouteComponent(() => import('../screens/accounts/AccountPage'), 'AccountPage'),
});

export const WEBHOOK_VIEWS = ['endpoints', 'log', 'keys'] as const;
export const DELIVERY_STATES = ['failed', 'pending', 'delivered'] as const;

export const webhooks = createRoute({
  getParentRoute: () => inside,
  path: '/webhooks',
  validateSearch: (search: Search): { account?: string; view?: (typeof WEBHOOK_VIEWS)[number]; state?: (typeof DELIVERY_STATES)[number] } => ({
    account: text(search['account']),
    view: one(search['view'], WEBHOOK_VIEWS),
    state: one(search['state'], DELIVERY_STATES),
  }),
  component: lazyRouteComponent(() => import('../screens/webhooks/Webhooks'), 'Webhooks'),
});

export const SETTING_VIEWS = ['revisions', 'audit'] as const;

export const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: (search: Search): { view?: (typeof SETTING_VIEWS)[number]; kind?: string; name?: string; by?: string; after?: string; before?: number } => ({
    view: one(search['view'], SETTING_VIEWS),
    kind: text(search['kind']),
    name: text(search['name']),
    by: text(search['by']),
    after: text(search['after']),
    before: typeof search['before'] === 'number' ? search['before'] : undefined,
  }),
  component: lazyRouteComponent(() => import('../screens/settings/Settings'), 'Settings'),
});

export const ROUTING_VIEWS = ['plan', 'revisions', 'rehearsals', 'tester', 'record'] as const;

export const CLASSES = ['transactional', 'otp', 'marketing'] as const;

/** The question of the tester stands in the address, so that it can be passed on. */
interface RoutingSearch {
  view?: (typeof ROUTING_VIEWS)[number];
  to?: string;
  from?: string;
  class?: (typeof CLASSES)[number];
  account?: string;
  at?: string;
}

export const routing = createRoute({
  getParentRoute: () => inside,
  path: '/routing',
  validateSearch: (search: Search): RoutingSearch => ({
    view: one(search['view'], ROUTING_VIEWS),
    to: word(search['to']),
    from: word(search['from']),
    class: one(search['class'], CLASSES),
    account: text(search['account']),
    at: text(search['at']),
  }),
  component: lazyRouteComponent(() => import('../screens/routing/Routing'), 'Routing'),
});

export const CHANGE_VIEWS = ['effect', 'rules', 'text'] as const;

export const routingChange = createRoute({
  getParentRoute: () => inside,
  path: '/routing/change',
  validateSearch: (search: Search): { view?: (typeof CHANGE_VIEWS)[number]; of?: 'sample' } => ({ view: one(search['view'], CHANGE_VIEWS), of: one(search['of'], ['sample'] as const) }),
  component: lazyRouteComponent(() => import('../screens/routing/ChangePage'), 'ChangePage'),
});

export const routingRevision = createRoute({
  getParentRoute: () => inside,
  path: '/routing/revisions/$revision',
  validateSearch: (search: Search): { against?: number } => ({ against: whole(search['against']) }),
  component: lazyRouteComponent(() => import('../screens/routing/RevisionPage'), 'RevisionPage'),
});

export const rehearsal = createRoute({
  getParentRoute: () => inside,
  path: '/routing/rehearsals/$id',
  component: lazyRouteComponent(() => import('../screens/routing/RehearsalPage'), 'RehearsalPage'),
});

export const RATE_VIEWS = ['decks', 'price', 'record'] as const;

export const rates = createRoute({
  getParentRoute: () => inside,
  path: '/rates',
  validateSearch: (search: Search): { view?: (typeof RATE_VIEWS)[number]; to?: string } => ({ view: one(search['view'], RATE_VIEWS), to: word(search['to']) }),
  component: lazyRouteComponent(() => import('../screens/rates/Rates'), 'Rates'),
});

export const deck = createRoute({
  getParentRoute: () => inside,
  path: '/rates/$connection',
  validateSearch: (search: Search): { diff?: number } => ({ diff: whole(search['diff']) }),
  component: lazyRouteComponent(() => import('../screens/rates/DeckPage'), 'DeckPage'),
});

export const deckImport = createRoute({
  getParentRoute: () => inside,
  path: '/rates/$connection/import',
  component: lazyRouteComponent(() => import('../screens/rates/ImportPage'), 'ImportPage'),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: '/users',
  component: lazyRouteComponent(() => import('../screens/users/Users'), 'Users'),
});

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/profile',
  component: lazyRouteComponent(() => import('../screens/users/Profile'), 'Profile'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    index,
    signIn,
    setUp,
    invitation,
    inside.addChildren([overview, messages, message, routes, connection, incidents, incident, alerts, routing, routingChange, routingRevision, rehearsal, rates, deck, deckImport, accounts, account, webhooks, settings, lab, users, profile]),
  ]),
  basepath: '/console',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
