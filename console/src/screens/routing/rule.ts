import { api } from '../../api/client';
import type { RoutingEdit, RoutingPlanRule } from '../../api/schema';
import { percent } from '../../ui/format';
import { termsOf } from './plan';

/** Conditions that the form knows. */
export const CONDITIONS = ['account', 'class', 'country', 'network', 'prefix', 'number_type', 'sender', 'sender_type'] as const;
export type Condition = (typeof CONDITIONS)[number];

const ROUTE_TEXTS = ['choose', 'cost_weight', 'quality_weight', 'quality_at_least', 'price_at_most', 'margin_at_least', 'fallback', 'attempts', 'within'] as const;
type RouteText = (typeof ROUTE_TEXTS)[number];

/** A rule as the form has it: texts as one types them, empty where nothing is told. */
export interface RuleFields {
  name: string;
  place: number;
  isOn: boolean;
  match: Record<Condition, string[]>;
  isDenied: boolean;
  code: string;
  reason: string;
  connections: string[];
  /** By connection; of a split. */
  shares: Record<string, string>;
  isSticky: boolean;
  require: string[];
  texts: Record<RouteText, string>;
}

type Keys = Record<string, unknown>;

const KNOWN = new Set<string>(['name', 'enabled', 'match', 'connections', 'shares', 'sticky', 'require', 'deny', ...ROUTE_TEXTS]);

const isText = (value: unknown): value is string => typeof value === 'string';
const isList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const groupOf = (value: unknown): Keys => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Keys) : {});
const listOf = (value: unknown) => (isText(value) ? [value] : isList(value) ? value : []);
const textOf = (value: unknown) => (isText(value) ? value : '');

/** What a rule has that the form does not know: it stays as it is written. */
export function keptOf(rule: RoutingPlanRule): string[] {
  const match = groupOf(rule.keys['match']);
  return [...Object.keys(rule.keys).filter((key) => !KNOWN.has(key)), ...Object.keys(match).filter((key) => !(CONDITIONS as readonly string[]).includes(key)).map((key) => `match.${key}`)];
}

/** The fields of a rule; of a new one without it. */
export function fieldsOf(rule: RoutingPlanRule | undefined, place: number): RuleFields {
  const keys: Keys = rule?.keys ?? {};
  const match = groupOf(keys['match']);
  const deny = groupOf(keys['deny']);
  const connections = listOf(keys['connections']);
  const shares = listOf(keys['shares']);
  return {
    name: textOf(keys['name']),
    place,
    isOn: rule?.enabled ?? true,
    match: Object.fromEntries(CONDITIONS.map((name) => [name, listOf(match[name])])) as RuleFields['match'],
    isDenied: keys['deny'] !== undefined,
    code: textOf(deny['code']),
    reason: textOf(deny['reason']),
    connections,
    shares: Object.fromEntries(connections.map((name, index) => [name, shares[index] ?? ''])),
    isSticky: textOf(keys['sticky']).toLowerCase() === 'true',
    require: listOf(keys['require']),
    texts: Object.fromEntries(ROUTE_TEXTS.map((name) => [name, textOf(keys[name])])) as RuleFields['texts'],
  };
}

/** The keys of a rule by its fields: null where it has none. */
function keysOf(fields: RuleFields): Keys {
  const one = (values: string[]) => (values.length === 0 ? null : values.length === 1 ? values[0] : values);
  const text = (value: string) => (value.trim() === '' ? null : value.trim());
  const isSplit = fields.texts.choose === 'split';
  const isBlend = fields.texts.choose === 'blend';
  const shares = fields.connections.map((name) => fields.shares[name]?.trim() ?? '');
  const route: Keys = {
    connections: fields.connections.length > 0 ? fields.connections : null,
    ...Object.fromEntries(ROUTE_TEXTS.map((name) => [name, text(fields.texts[name])])),
    shares: isSplit && shares.some((share) => share !== '') ? shares : null,
    sticky: isSplit && fields.isSticky ? 'true' : null,
    require: one(fields.require),
    ...(isBlend ? {} : { cost_weight: null, quality_weight: null }),
  };
  const nothing = Object.fromEntries(Object.keys(route).map((key) => [key, null]));
  return {
    name: fields.name.trim(),
    enabled: fields.isOn ? null : 'false',
    match: Object.fromEntries(CONDITIONS.map((name) => [name, one(fields.match[name])])),
    ...(fields.isDenied ? nothing : route),
    deny: fields.isDenied ? { ...(text(fields.code) ? { code: text(fields.code) } : {}), reason: text(fields.reason) ?? '' } : null,
  };
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The keys that are others than they were; those with null go. What was not touched is not named, so it stays as it is written. */
function changesOf(before: RuleFields, after: RuleFields): Keys {
  const old = keysOf(before);
  const now = keysOf(after);
  const { match, ...rest } = now;
  const changes: Keys = Object.fromEntries(Object.entries(rest).filter(([key, value]) => !same(value, old[key])));
  const conditions = Object.entries(groupOf(match)).filter(([key, value]) => !same(value, groupOf(old['match'])[key]));
  if (conditions.length > 0) changes['match'] = Object.fromEntries(conditions);
  return changes;
}

/** What is to be done with the plan's text, one after the other, so that the rule is what the form says. */
export function editsOf(rule: RoutingPlanRule | undefined, before: RuleFields, after: RuleFields) {
  const keys = changesOf(before, after);
  if (!rule) return [{ action: 'add_rule' as const, keys: JSON.stringify(keys), place: after.place }];
  return [
    ...(Object.keys(keys).length > 0 ? [{ action: 'set_rule' as const, rule: rule.name, keys: JSON.stringify(keys) }] : []),
    ...(after.place === before.place ? [] : [{ action: 'move_rule' as const, rule: after.name.trim(), place: after.place }]),
  ];
}

/** The plan's text with all of it; nothing is stored. */
export async function edited(plan: string, edits: ReturnType<typeof editsOf> | [{ action: 'remove_rule'; rule: string }], signal?: AbortSignal): Promise<RoutingEdit> {
  let result: RoutingEdit | undefined;
  const done: string[] = [];
  for (const edit of edits) {
    const { data, error } = await api.POST('/v1/routing/edit', { body: { plan: result?.text ?? plan, ...edit }, ...(signal ? { signal } : {}) });
    if (error) throw error;
    result = data;
    done.push(...data.done);

    // What has errors cannot be edited further; they are told.
    if (!data.usable) break;
  }
  return { ...result!, done };
}

/** A rule in one sentence. */
export function sentenceOf(rule: RoutingPlanRule): string {
  const head = rule.match.length > 0 ? `When ${rule.match.join(' and ')}` : 'Every message';
  const off = rule.enabled ? '' : ' It is switched off: nothing is decided by it.';
  if (rule.deny) return `${head}, it is not sent: ${rule.deny.reason} (${rule.deny.code}).${off}`;
  const route = rule.route!;
  const names = route.connections.map((name, index) => (route.shares[index] === undefined ? name : `${name} (${percent(route.shares[index])})`));
  return `${head}, it goes to ${names.join(route.choose === 'split' ? ' and ' : ', then ')}; ${termsOf(rule, route).join('; ')}.${off}`;
}

/** The field that a finding is about: the key of the rule, or of its match. */
export function fieldOf(key: string, place: number): string | undefined {
  const path = `rules[${place - 1}]`;
  if (!key.startsWith(path)) return undefined;
  return key.slice(path.length).replace(/^\./, '').replace(/^match\.(\w+).*$/, '$1').replace(/[[.].*$/, '');
}
