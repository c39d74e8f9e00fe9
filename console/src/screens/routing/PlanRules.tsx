import { ActionIcon, Badge, Button, Group, Stack, Switch, Text, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronRight, IconPencil, IconPlus } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { RoutingFinding, RoutingPlanDescription, RoutingPlanRoute, RoutingPlanRule } from '../../api/schema';
import { Anchor } from '../../ui/Anchor';
import { Empty } from '../../ui/Feedback';
import { count, percent } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { type Edit, termsOf } from './plan';
import './routing.css';

const SHOWN = 50;
const MANY = 10;

interface Acting {
  /** What to do with the plan; without it the plan is read only. */
  act?: ((edit: Edit) => void) | undefined;
  /** Opens the form of a rule; of a new one without it. */
  write?: ((rule?: RoutingPlanRule) => void) | undefined;
  isBusy?: boolean | undefined;
}

/** A plan as sentences: rules in their order, what is left for the default list, lists, test routes, senders. */
export function PlanRules({ plan, findings = [], act, write, isBusy }: { plan: RoutingPlanDescription; findings?: RoutingFinding[] } & Acting) {
  const [filter, setFilter] = useState('');
  const [isWhole, showWhole] = useState(false);
  const rows = plan.rules.map((rule, index) => ({ rule, index })).filter(({ rule }) => fits(rule, filter));
  const shown = isWhole ? rows : rows.slice(0, SHOWN);
  const acting = { act, write, isBusy };
  return (
    <Stack gap="md">
      <Panel
        title="Rules"
        note={plan.rules.length > 1 ? `${count(plan.rules.length)}; the first that matches decides` : undefined}
        actions={
          <Group gap="xs">
            {plan.rules.length > MANY && (
              <TextInput size="xs" aria-label="Rules with" placeholder="Name, condition, connection" value={filter} onChange={(event) => setFilter(event.currentTarget.value)} w={230} />
            )}
            {write && (
              <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} disabled={isBusy ?? false} onClick={() => write()}>
                New rule
              </Button>
            )}
          </Group>
        }
      >
        <ol className="rules">
          {shown.map(({ rule, index }) => (
            <RuleRow key={rule.name} rule={rule} place={index + 1} last={plan.rules.length} finding={findings.find((finding) => finding.key.startsWith(`rules[${index}]`))} {...acting} />
          ))}
          {filter === '' && (
            <li className="rule">
              <div className="rule-text">
                <Text fw={600} size="sm">
                  {plan.rules.length > 0 ? 'Everything else' : 'Every message'}
                </Text>
                {plan.default.length > 0 ? <Chain names={plan.default} of={{}} label="the default list" {...acting} /> : <Text size="sm">is not sent: the default list is empty.</Text>}
              </div>
            </li>
          )}
        </ol>
        {filter !== '' && rows.length === 0 && <Empty title="No rule has that">Look for a part of a name, of a condition, or a connection.</Empty>}
        {rows.length > shown.length && (
          <Button variant="default" size="xs" mt="sm" onClick={() => showWhole(true)}>
            Show all {count(rows.length)}
          </Button>
        )}
      </Panel>
      {plan.lists.length > 0 && (
        <Panel title="Lists" note="to fall back to">
          <ol className="rules">
            {plan.lists.map((list) => (
              <li key={list.name} className="rule">
                <div className="rule-text">
                  <Text fw={600} size="sm">
                    {list.name}
                  </Text>
                  <Chain names={list.route.connections} route={list.route} of={{ list: list.name }} label={`list ${list.name}`} {...acting} />
                  <Terms terms={termsOf({}, list.route)} />
                </div>
              </li>
            ))}
          </ol>
        </Panel>
      )}
      <TestRoutes plan={plan} />
      <Senders plan={plan} />
    </Stack>
  );
}

function RuleRow({ rule, place, last, finding, act, write, isBusy }: { rule: RoutingPlanRule; place: number; last: number; finding: RoutingFinding | undefined } & Acting) {
  return (
    <li className={rule.enabled ? 'rule' : 'rule off'}>
      <div className="rule-text">
        <Group gap="xs">
          <Text fw={600} size="sm" component="h3">
            {place}. {rule.name}
          </Text>
          {!rule.enabled && (
            <Badge size="sm" variant="outline" color="gray" tt="none">
              switched off
            </Badge>
          )}
        </Group>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {rule.match.length > 0 ? `When ${rule.match.join(' and ')}` : 'Every message'}
          {rule.deny && (
            <>
              , it is <strong>not sent</strong>: {rule.deny.reason} ({rule.deny.code}).
            </>
          )}
        </Text>
        {rule.route && (
          <>
            <Chain names={rule.route.connections} route={rule.route} of={{ rule: rule.name }} label={`rule ${rule.name}`} act={act} isBusy={isBusy} />
            <Terms terms={termsOf(rule, rule.route)} />
          </>
        )}
        {finding && (
          <Text size="xs" c={finding.severity === 'error' ? 'var(--crosspoint-bad)' : 'var(--crosspoint-warn)'}>
            {finding.message}
          </Text>
        )}
      </div>
      {act && (
        <Group gap={4} wrap="nowrap" className="rule-actions">
          {write && (
            <Tooltip label="Change">
              <ActionIcon variant="default" size="sm" aria-label={`Change rule ${rule.name}`} disabled={isBusy} onClick={() => write(rule)}>
                <IconPencil size={14} />
              </ActionIcon>
            </Tooltip>
          )}
          <Move label={`Move rule ${rule.name} up`} isOff={place === 1 || isBusy} onClick={() => act({ action: 'move_rule', rule: rule.name, place: place - 1 })} isUp />
          <Move label={`Move rule ${rule.name} down`} isOff={place === last || isBusy} onClick={() => act({ action: 'move_rule', rule: rule.name, place: place + 1 })} />
          <Switch size="sm" ml={6} aria-label={`Rule ${rule.name} is switched on`} checked={rule.enabled} disabled={isBusy} onChange={() => act({ action: rule.enabled ? 'disable' : 'enable', rule: rule.name })} />
        </Group>
      )}
    </li>
  );
}

function Move({ label, isOff, isUp, onClick }: { label: string; isOff: boolean | undefined; isUp?: boolean; onClick: () => void }) {
  return (
    <Tooltip label={isUp ? 'Up' : 'Down'}>
      <ActionIcon variant="default" size="sm" aria-label={label} disabled={isOff} onClick={onClick}>
        {isUp ? <IconArrowUp size={14} /> : <IconArrowDown size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}

/** Connections one behind the other; where they can be changed, each but the first goes one place forward when it is chosen. */
function Chain({ names, route, of, label, act, isBusy }: { names: string[]; route?: RoutingPlanRoute; of: { rule?: string; list?: string }; label: string } & Acting) {
  const isSplit = route?.choose === 'split';
  const counts = !route || route.choose === 'fixed' || (isSplit && route.shares.length > 0);
  return (
    <Group gap={4} aria-label={`Connections of ${label}`} role="list">
      {names.map((name, index) => {
        const share = route?.shares[index];
        const text = share === undefined ? name : `${name} ${Number((share * 100).toFixed(1))} %`;
        return (
          <Fragment key={name}>
            {index > 0 && (isSplit ? <span aria-hidden>+</span> : <IconChevronRight size={14} aria-hidden />)}
            <span role="listitem">
              {act && counts && index > 0 ? (
                <Tooltip label={isSplit ? `Swap its share with that of ${names[index - 1]}` : `Move before ${names[index - 1]}`}>
                  <UnstyledButton
                    className="hop can"
                    disabled={isBusy}
                    aria-label={isSplit ? `${text}: swap its share with that of ${names[index - 1]} in ${label}` : `Move ${name} before ${names[index - 1]} in ${label}`}
                    onClick={() => act({ action: 'move_connection', ...of, connection: name, place: index })}
                  >
                    {text}
                  </UnstyledButton>
                </Tooltip>
              ) : (
                <span className="hop">{text}</span>
              )}
            </span>
          </Fragment>
        );
      })}
    </Group>
  );
}

function Terms({ terms }: { terms: string[] }) {
  return (
    <Text size="sm" c="dimmed">
      {terms.join(' · ')}
    </Text>
  );
}

function TestRoutes({ plan }: { plan: RoutingPlanDescription }) {
  const copies = plan.rules.filter((rule) => rule.copy_to);
  if (copies.length === 0) return null;
  return (
    <Panel title="Test routes" note="connections that get copies">
      <Stack gap={4}>
        {copies.map((rule) => (
          <Text key={rule.name} size="sm">
            <Anchor to="/routes/$name" params={{ name: rule.copy_to ?? '' }} underline="always">
              {rule.copy_to}
            </Anchor>{' '}
            gets a copy of {percent(rule.copy_share)} of the messages of rule ‘{rule.name}’{rule.enabled ? '.' : ', which is switched off.'}
          </Text>
        ))}
      </Stack>
    </Panel>
  );
}

const WORDS = { yes: 'taken', no: 'not taken', registered: 'when registered' };

function Senders({ plan }: { plan: RoutingPlanDescription }) {
  const isDemanded = plan.rules.some((rule) => rule.require.includes('sender'));
  if (plan.sender_rules.length === 0 && plan.registered_senders.length === 0 && !isDemanded) return null;
  const word = (value: keyof typeof WORDS | null) => (value ? WORDS[value] : 'not known');
  return (
    <Panel title="Senders by country" note="over what comes with the gateway; held by rules that demand the sender">
      {plan.sender_rules.length === 0 && plan.registered_senders.length === 0 ? (
        <Text size="sm">The plan has no rows of its own.</Text>
      ) : (
        <Stack gap="sm">
          {plan.sender_rules.length > 0 && (
            <Sheet
              label="Sender rules"
              rows={plan.sender_rules}
              keyOf={(row) => row.country}
              columns={[
                { title: 'Country', cell: (row) => row.country },
                { title: 'Names', cell: (row) => word(row.alphanumeric) },
                { title: 'Numbers', cell: (row) => word(row.numeric) },
                { title: 'Short codes', cell: (row) => word(row.short_code) },
                { title: 'Source', cell: (row) => row.source },
              ]}
            />
          )}
          {plan.registered_senders.map((row) => (
            <Text key={row.country} size="sm" style={{ overflowWrap: 'anywhere' }}>
              Registered in {row.country}: {row.senders.join(', ')}
            </Text>
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function fits(rule: RoutingPlanRule, filter: string) {
  if (filter === '') return true;
  const wanted = filter.toLowerCase();
  return [rule.name, ...rule.match, ...(rule.route?.connections ?? [])].some((part) => part.toLowerCase().includes(wanted));
}
