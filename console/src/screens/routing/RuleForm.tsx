import { ActionIcon, Alert, Button, Checkbox, Fieldset, Group, Modal, MultiSelect, NativeSelect, NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { useMay } from '../../api/session';
import type { RoutingEdit, RoutingPlanDescription, RoutingPlanRule } from '../../api/schema';
import { alpha2Codes } from '../../ui/charts/countries';
import { countryName } from '../../ui/format';
import { told } from '../../ui/told';
import { type Condition, type RuleFields, edited, editsOf, fieldOf, fieldsOf, keptOf, sentenceOf } from './rule';

const TYPING_MS = 400;
const CLASSES = [
  { value: 'otp', label: 'one-time codes' },
  { value: 'transactional', label: 'transactional' },
  { value: 'marketing', label: 'marketing' },
];
const SENDER_TYPES = [
  { value: 'long_code', label: 'numbers' },
  { value: 'toll_free', label: 'toll-free numbers' },
  { value: 'short_code', label: 'short codes' },
  { value: 'alphanumeric', label: 'names' },
];
const NUMBER_TYPES = ['mobile', 'fixed_line', 'fixed_line_or_mobile', 'toll_free', 'premium_rate', 'shared_cost', 'voip', 'personal_number', 'pager', 'uan', 'voicemail', 'unknown'].map((value) => ({ value, label: value.replaceAll('_', ' ') }));
const STRATEGIES = [
  { value: '', label: 'in this order' },
  { value: 'least_cost', label: 'the cheapest first' },
  { value: 'best_quality', label: 'the most likely to deliver first' },
  { value: 'blend', label: 'by price and delivery' },
  { value: 'split', label: 'split among them' },
];
const DEMANDS = [
  { value: 'receipts', label: 'gives receipts' },
  { value: 'direct', label: 'goes direct' },
  { value: 'licensed', label: 'is licensed in the country' },
  { value: 'sender', label: 'the sender is taken there' },
];

interface Props {
  plan: RoutingPlanDescription;
  text: string;
  /** What is changed; a new rule without it. */
  rule: RoutingPlanRule | undefined;
  onClose: () => void;
  onDone: (edit: RoutingEdit) => void;
}

/** A rule by form. What it becomes is told in a sentence before it is taken over, by the gateway that would decide by it. */
export function RuleForm({ plan, text, rule, onClose, onDone }: Props) {
  const isNarrow = useMediaQuery('(max-width: 48em)');
  return (
    <Modal opened onClose={onClose} size="xl" fullScreen={isNarrow ?? false} title={rule ? `Change rule ${rule.name}` : 'New rule'}>
      <Form plan={plan} text={text} rule={rule} onClose={onClose} onDone={onDone} />
    </Modal>
  );
}

function Form({ plan, text, rule, onClose, onDone }: Props) {
  const may = useMay();
  const [before] = useState(() => fieldsOf(rule, rule ? plan.rules.findIndex((one) => one.name === rule.name) + 1 : plan.rules.length + 1));
  const [fields, setFields] = useState(before);
  const set = (part: Partial<RuleFields>) => setFields((now) => ({ ...now, ...part }));
  const setText = (name: keyof RuleFields['texts'], value: string) => setFields((now) => ({ ...now, texts: { ...now.texts, [name]: value } }));
  const accounts = $api.useQuery('get', '/v1/accounts', { params: { query: { limit: 1000 } } }, { staleTime: 60_000, enabled: may('read_accounts') });
  const connections = $api.useQuery('get', '/v1/connections', {}, { staleTime: 60_000, enabled: may('read_operation') });

  const edits = editsOf(rule, before, fields);
  const isWhole = fields.name.trim() !== '' && (fields.isDenied ? fields.reason.trim() !== '' : fields.connections.length > 0);
  const wanted = JSON.stringify(edits);
  const [settled] = useDebouncedValue(wanted, TYPING_MS);
  const preview = useQuery({
    queryKey: ['routing', 'rule', text, settled],
    queryFn: ({ signal }) => edited(text, JSON.parse(settled) as typeof edits, signal),
    enabled: isWhole && settled === wanted && edits.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  const isCurrent = settled === wanted && !preview.isPlaceholderData && !preview.isFetching;
  const result = isWhole && edits.length > 0 ? preview.data : undefined;
  const problem = isWhole && edits.length > 0 ? preview.error : null;
  const errors = result?.findings.filter((finding) => finding.severity === 'error') ?? [];
  const warnings = result?.findings.filter((finding) => finding.severity === 'warning' && finding.key.startsWith(`rules[${fields.place - 1}]`)) ?? [];

  // What the gateway says of a field stands at it; the rest above the buttons.
  const shown = new Set<string>();
  const errorOf = (name: string, also?: boolean) => {
    shown.add(name);
    const found = errors.filter((finding) => fieldOf(finding.key, fields.place) === name).map((finding) => finding.message);
    if (also && problem) found.push(wordsOf(problem));
    return found.length > 0 ? found.join('; ') : undefined;
  };
  const field = isProblem(problem) ? problem.field : undefined;

  const remove = useMutation({ mutationFn: () => edited(text, [{ action: 'remove_rule', rule: rule!.name }]), onSuccess: onDone, onError: told.failed });

  const names = [...new Set([...(connections.data?.connections.map((one) => one.name) ?? plan.default), ...fields.connections])];
  const known = accounts.data?.accounts.map((one) => ({ value: one.account_sid, label: one.name === '' ? one.account_sid : one.name })) ?? [];
  const kept = rule ? keptOf(rule) : [];
  const conditions = (name: Condition) => ({
    value: fields.match[name],
    onChange: (values: string[]) => setFields((now) => ({ ...now, match: { ...now.match, [name]: values } })),
    error: errorOf(name),
  });
  const withWritten = (data: { value: string; label: string }[], values: string[]) => [...data, ...values.filter((value) => !data.some((one) => one.value === value)).map((value) => ({ value, label: value }))];
  const choices = (data: { value: string; label: string }[], name: Condition) => ({
    ...conditions(name),
    data: withWritten(data, fields.match[name]),
    searchable: true,
    limit: 50,
    clearable: true,
    clearButtonProps: { 'aria-label': 'Clear' },
    comboboxProps: { withinPortal: true },
  });
  const isSplit = fields.texts.choose === 'split';

  const inFields = {
    name: errorOf('name', field === 'keys'),
    place: errorOf('place', field === 'place'),
  };
  const form = (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <TextInput label="Name" description="Told in decisions" required maxLength={50} data-autofocus value={fields.name} onChange={(event) => set({ name: event.currentTarget.value })} error={inFields.name} />
        <NumberInput label="Place" description={`From 1 to ${plan.rules.length + (rule ? 0 : 1)}; the first that matches decides`} min={1} max={plan.rules.length + (rule ? 0 : 1)} allowDecimal={false} value={fields.place} onChange={(value) => set({ place: Number(value) || 1 })} error={inFields.place} />
        <Switch label="Switched on" mt={{ base: 0, xs: 46 }} checked={fields.isOn} onChange={(event) => set({ isOn: event.currentTarget.checked })} error={errorOf('enabled')} />
      </SimpleGrid>
      <Fieldset legend="Which messages">
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            Of several values of one field one must fit, of several fields all. Leave empty what does not count; with nothing at all the rule takes every message.
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <MultiSelect label="Countries" description="of the recipient" nothingFoundMessage="No such country" {...choices(COUNTRIES, 'country')} />
            <MultiSelect label="Classes" description="of traffic" {...choices(CLASSES, 'class')} />
            <MultiSelect label="Accounts" description="who sends" nothingFoundMessage="No such account" {...choices(known, 'account')} />
            <TagsInput label="Senders" description="numbers, short codes or names" placeholder="ACME" {...conditions('sender')} clearable clearButtonProps={{ 'aria-label': 'Clear' }} />
            <TagsInput label="Networks" description="MCC and MNC, or unknown" placeholder="26201" splitChars={[',', ' ']} {...conditions('network')} clearable clearButtonProps={{ 'aria-label': 'Clear' }} />
            <TagsInput label="Prefixes" description="what the number begins with" placeholder="+49151" splitChars={[',', ' ']} {...conditions('prefix')} clearable clearButtonProps={{ 'aria-label': 'Clear' }} />
            <MultiSelect label="Kinds of sender" {...choices(SENDER_TYPES, 'sender_type')} />
            <MultiSelect label="Kinds of number" {...choices(NUMBER_TYPES, 'number_type')} />
          </SimpleGrid>
        </Stack>
      </Fieldset>
      <Fieldset legend="What is done">
        <Stack gap="sm">
          <SegmentedControl
            aria-label="What is done with them"
            value={fields.isDenied ? 'deny' : 'send'}
            onChange={(value) => set({ isDenied: value === 'deny' })}
            data={[
              { value: 'send', label: 'They are sent' },
              { value: 'deny', label: 'They are not sent' },
            ]}
            style={{ alignSelf: 'start' }}
          />
          {fields.isDenied ? (
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <TextInput label="Why" description="Told to the account" placeholder="not served" required value={fields.reason} onChange={(event) => set({ reason: event.currentTarget.value })} error={errorOf('deny')} />
              <TextInput label="Error code" description="21612 when none is given" placeholder="21612" inputMode="numeric" value={fields.code} onChange={(event) => set({ code: event.currentTarget.value })} />
            </SimpleGrid>
          ) : (
            <>
              <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
                <Connections fields={fields} names={names} isSplit={isSplit} onChange={set} error={[errorOf('connections'), errorOf('shares')].filter(Boolean).join('; ') || undefined} />
                <Stack gap="sm">
                  <NativeSelect label="How one is chosen" data={STRATEGIES} value={fields.texts.choose === 'fixed' ? '' : fields.texts.choose} onChange={(event) => setText('choose', event.currentTarget.value)} error={errorOf('choose')} />
                  {isSplit && <Checkbox label="A recipient keeps their connection" checked={fields.isSticky} onChange={(event) => set({ isSticky: event.currentTarget.checked })} error={errorOf('sticky')} />}
                  {fields.texts.choose === 'blend' && (
                    <Group grow gap="sm" align="flex-start">
                      <TextInput label="Weight of price" placeholder="1" inputMode="decimal" value={fields.texts.cost_weight} onChange={(event) => setText('cost_weight', event.currentTarget.value)} error={errorOf('cost_weight')} />
                      <TextInput label="Weight of delivery" placeholder="1" inputMode="decimal" value={fields.texts.quality_weight} onChange={(event) => setText('quality_weight', event.currentTarget.value)} error={errorOf('quality_weight')} />
                    </Group>
                  )}
                  <Select label="Then the list" placeholder={plan.lists.length > 0 ? 'None' : 'The plan has no lists'} disabled={plan.lists.length === 0} data={plan.lists.map((list) => list.name)} value={fields.texts.fallback === '' ? null : fields.texts.fallback} onChange={(value) => setText('fallback', value ?? '')} clearable clearButtonProps={{ 'aria-label': 'No list' }} error={errorOf('fallback')} />
                </Stack>
              </SimpleGrid>
              <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="sm">
                <TextInput label="Delivery at least" placeholder="90%" value={fields.texts.quality_at_least} onChange={(event) => setText('quality_at_least', event.currentTarget.value)} error={errorOf('quality_at_least')} />
                <TextInput label="Price at most" placeholder="0.05" value={fields.texts.price_at_most} onChange={(event) => setText('price_at_most', event.currentTarget.value)} error={errorOf('price_at_most')} />
                <TextInput label="Margin at least" placeholder="10%" value={fields.texts.margin_at_least} onChange={(event) => setText('margin_at_least', event.currentTarget.value)} error={errorOf('margin_at_least')} />
                <TextInput label="Attempts at most" placeholder="by retries" inputMode="numeric" value={fields.texts.attempts} onChange={(event) => setText('attempts', event.currentTarget.value)} error={errorOf('attempts')} />
                <TextInput label="No attempt after" placeholder="2m" value={fields.texts.within} onChange={(event) => setText('within', event.currentTarget.value)} error={errorOf('within')} />
                <MultiSelect label="Demands" searchable data={withWritten(DEMANDS, fields.require)} value={fields.require} onChange={(values) => set({ require: values })} clearable clearButtonProps={{ 'aria-label': 'Clear' }} error={errorOf('require')} />
              </SimpleGrid>
            </>
          )}
        </Stack>
      </Fieldset>
    </>
  );
  const others = errors.filter((finding) => !shown.has(fieldOf(finding.key, fields.place) ?? ''));
  const isElsewhere = problem !== null && field !== 'keys' && field !== 'place';
  const becomes = result?.plan?.rules[fields.place - 1];
  const sentence = edits.length === 0 && rule ? sentenceOf(rule) : becomes && isWhole ? sentenceOf(becomes) : undefined;

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isCurrent && result && errors.length === 0) onDone(result);
      }}
    >
      <Stack gap="md">
        {form}
        {kept.length > 0 && (
          <Alert variant="light" color="gray" title="Kept as it is written">
            <Text size="sm">
              The rule has more than this form knows: <span className="mono">{kept.join(', ')}</span>. It is changed in the text of the plan.
            </Text>
          </Alert>
        )}
        {(others.length > 0 || isElsewhere) && (
          <Alert color="red" variant="light" role="alert" title="It cannot be so">
            {isElsewhere && <Text size="sm">{wordsOf(problem)}</Text>}
            {others.map((finding) => (
              <Text key={finding.key + finding.message} size="sm">
                {finding.message}
              </Text>
            ))}
          </Alert>
        )}
        <div className="rule-foot">
          <Stack gap={4} role="status" aria-label="The rule in words">
            <Text size="sm" fw={600} c={sentence ? undefined : 'dimmed'} style={{ overflowWrap: 'anywhere', opacity: isCurrent || edits.length === 0 ? 1 : 0.6 }}>
              {sentence ?? (isWhole ? (errors[0] ? `Not right yet: ${fieldOf(errors[0].key, fields.place) ?? ''} ${errors[0].message}` : problem ? 'It is told in words when it is right.' : 'It is looked at …') : fields.isDenied ? 'It needs a name, and why messages are not sent.' : 'It needs a name and a connection.')}
            </Text>
            {warnings.map((finding) => (
              <Text key={finding.message} size="xs" c="var(--crosspoint-warn)">
                {finding.message}
              </Text>
            ))}
          </Stack>
          <Group justify="space-between" gap="xs">
            {rule ? (
              <Button variant="default" c="var(--crosspoint-bad)" loading={remove.isPending} onClick={() => remove.mutate()}>
                Take the rule away
              </Button>
            ) : (
              <span />
            )}
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Leave it
              </Button>
              <Button type="submit" disabled={!isCurrent || !result || errors.length > 0 || problem !== null}>
                {rule ? 'Take over' : 'Add the rule'}
              </Button>
            </Group>
          </Group>
        </div>
      </Stack>
    </form>
  );
}

/** The connections in their order, with the shares of a split. */
function Connections({ fields, names, isSplit, error, onChange }: { fields: RuleFields; names: string[]; isSplit: boolean; error: string | undefined; onChange: (part: Partial<RuleFields>) => void }) {
  const chosen = fields.connections;
  const swap = (at: number, other: number) => onChange({ connections: chosen.map((name, index) => (index === at ? chosen[other]! : index === other ? chosen[at]! : name)) });
  return (
    <Stack gap={6}>
      <Select
        label="Connections"
        description="the first that can take a message gets it"
        placeholder={chosen.length === 0 ? 'Add a connection' : 'Add another'}
        required={chosen.length === 0}
        data={names.filter((name) => !chosen.includes(name))}
        value={null}
        searchable={names.length > 8}
        nothingFoundMessage="No other connection"
        onChange={(name) => name && onChange({ connections: [...chosen, name] })}
        error={error}
      />
      {chosen.length > 0 && (
        <ol className="chosen" aria-label="Connections in their order">
          {chosen.map((name, index) => (
            <li key={name}>
              <Text size="sm" fw={600} style={{ flex: 1, overflowWrap: 'anywhere' }}>
                {index + 1}. {name}
              </Text>
              {isSplit && <TextInput size="xs" w={72} aria-label={`Share of ${name}`} placeholder="share" inputMode="decimal" value={fields.shares[name] ?? ''} onChange={(event) => onChange({ shares: { ...fields.shares, [name]: event.currentTarget.value } })} />}
              <ActionIcon variant="default" size="sm" aria-label={`Move ${name} up`} disabled={index === 0} onClick={() => swap(index, index - 1)}>
                <IconArrowUp size={14} />
              </ActionIcon>
              <ActionIcon variant="default" size="sm" aria-label={`Move ${name} down`} disabled={index === chosen.length - 1} onClick={() => swap(index, index + 1)}>
                <IconArrowDown size={14} />
              </ActionIcon>
              <ActionIcon variant="default" size="sm" aria-label={`Take ${name} away`} onClick={() => onChange({ connections: chosen.filter((one) => one !== name) })}>
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ol>
      )}
    </Stack>
  );
}

const COUNTRIES = [
  ...alpha2Codes()
    .map((value) => ({ value, label: `${countryName(value)} (${value})` }))
    .sort((a, b) => a.label.localeCompare(b.label)),
  { value: 'unknown', label: 'Country not known' },
];
