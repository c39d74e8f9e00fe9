import { Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import type { Account } from '../api/schema';

const PAGE = 1000;
const MOST_SHOWN = 100;
const NONE = 'none';

/** Every account, the enabled ones first, then by name. */
export function useAccounts(enabled = true) {
  return useQuery({
    queryKey: ['get', '/v1/accounts', 'all'],
    enabled,
    staleTime: 10_000,
    refetchOnMount: 'always',
    queryFn: async ({ signal }) => {
      const all: Account[] = [];
      let cursor: string | undefined;
      do {
        const { data, error } = await api.GET('/v1/accounts', { params: { query: { limit: PAGE, cursor } }, signal });
        if (error) throw error;
        all.push(...data.accounts);
        cursor = data.next_cursor ?? undefined;
      } while (cursor);
      return all.sort((one, other) => Number(other.enabled) - Number(one.enabled) || one.name.localeCompare(other.name));
    },
  });
}

interface Props {
  label?: string;
  'aria-label'?: string;
  description?: string;
  placeholder?: string;
  accounts: readonly Account[];
  value: string | undefined;
  /** Undefined where none was chosen. */
  onChange: (sid: string | undefined) => void;
  /** What stands for no account, where that is a choice too. */
  none?: string;
  /** Disabled accounts are marked, and can be chosen all the same. */
  withDisabled?: boolean;
  error?: React.ReactNode;
  w?: number;
}

/** One of the accounts, found by name, SID or number. What the address holds and no account has is shown as it is. */
export function AccountSelect({ accounts, value, onChange, none, withDisabled = false, ...rest }: Props) {
  const bySid = new Map(accounts.map((account) => [account.account_sid, account]));
  const data = accounts.map((one) => ({ value: one.account_sid, label: one.name, disabled: !one.enabled && !withDisabled }));
  if (value && !bySid.has(value)) data.unshift({ value, label: value, disabled: false });
  if (none) data.unshift({ value: NONE, label: none, disabled: false });
  return (
    <Select
      {...rest}
      searchable
      allowDeselect={false}
      nothingFoundMessage="No account fits"
      withScrollArea={false}
      styles={{ options: { maxHeight: 320, overflowY: 'auto' } }}
      limit={MOST_SHOWN}
      data={data}
      value={value ?? (none ? NONE : null)}
      onChange={(sid) => onChange(sid && sid !== NONE ? sid : undefined)}
      filter={({ options, search, limit }) => {
        const wanted = search.trim().toLowerCase();
        const fits = (sid: string, name: string) => `${name} ${sid} ${bySid.get(sid)?.numbers.map((number) => number.number).join(' ') ?? ''}`.toLowerCase().includes(wanted);
        return options.filter((option) => 'value' in option && fits(option.value, option.label)).slice(0, limit);
      }}
      renderOption={({ option }) => {
        const account = bySid.get(option.value);
        return (
          <Group justify="space-between" wrap="nowrap" gap="xs" w="100%" miw={0}>
            <div style={{ minWidth: 0 }}>
              <Text size="sm" truncate>
                {option.label}
              </Text>
              {account && option.label !== option.value && (
                <Text size="xs" c="dimmed" className="mono" truncate>
                  {option.value}
                </Text>
              )}
            </div>
            {account && !account.enabled && (
              <Text size="xs" c="dimmed">
                disabled
              </Text>
            )}
          </Group>
        );
      }}
    />
  );
}
