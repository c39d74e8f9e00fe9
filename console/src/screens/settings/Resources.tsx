import { Button, Group, Select, Stack } from '@mantine/core';
import { $api } from '../../api/client';
import { settings as route } from '../../app/router';
import { Anchor } from '../../ui/Anchor';
import { Content, Empty } from '../../ui/Feedback';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { When } from '../../ui/When';
import { KIND_NAMES, KINDS, isKind } from './kinds';
import { RevisionList } from './RevisionList';

/** Everything that has revisions; one of them with its revisions when the address names it. */
export function Resources() {
  const { kind, name, after } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = isKind(kind) ? kind : undefined;
  const list = $api.useQuery('get', '/v1/revisions', { params: { query: { kind: wanted, limit: 100, cursor: after } } }, { enabled: name === undefined, refetchInterval: 10_000 });
  if (wanted && name) {
    return (
      <Stack gap="md">
        <Anchor to="/settings" search={{ kind: wanted }} size="sm">
          All revisions
        </Anchor>
        <RevisionList kind={wanted} name={name} />
      </Stack>
    );
  }

  return (
    <Panel
      title="What has revisions"
      note="and what of it is in force"
      actions={
        <Select
          size="xs"
          aria-label="Kind"
          placeholder="All kinds"
          clearable
          data={KIND_NAMES.map((value) => ({ value, label: KINDS[value].label }))}
          value={wanted ?? null}
          onChange={(value) => void navigate({ search: { kind: value ?? undefined } })}
        />
      }
    >
      <Content of={list}>
        {(data) =>
          data.resources.length === 0 ? (
            <Empty title="Nothing here yet">What is changed at run time, such as accounts, rates and the routing plan, gets a revision with each change. What stands in the configuration file alone has none.</Empty>
          ) : (
            <Stack gap="sm">
              <Sheet
                label="Resources"
                rows={data.resources}
                keyOf={(row) => `${row.kind}/${row.name}`}
                columns={[
                  { title: 'Kind', cell: (row) => KINDS[row.kind].label },
                  {
                    title: 'Name',
                    cell: (row) => (
                      <Anchor to="/settings" search={{ kind: row.kind, name: row.name }} size="sm" className="mono">
                        {row.name}
                      </Anchor>
                    ),
                  },
                  { title: 'In force', isNumber: true, cell: (row) => row.in_force?.revision ?? 'none' },
                  { title: 'Since', cell: (row) => <When at={row.in_force?.activated_at} /> },
                  { title: 'By', cell: (row) => row.in_force?.activated_by ?? '–' },
                  { title: 'Note', cell: (row) => row.in_force?.note || '–' },
                  { title: 'Scheduled', isNumber: true, cell: (row) => row.scheduled.length || '–' },
                ]}
              />
              {(after || data.next_cursor) && (
                <Group justify="flex-end" gap="xs">
                  {after && (
                    <Button size="xs" variant="default" onClick={() => void navigate({ search: { kind: wanted } })}>
                      From the first
                    </Button>
                  )}
                  {data.next_cursor && (
                    <Button size="xs" variant="default" onClick={() => void navigate({ search: { kind: wanted, after: data.next_cursor ?? undefined } })}>
                      More
                    </Button>
                  )}
                </Group>
              )}
            </Stack>
          )
        }
      </Content>
    </Panel>
  );
}
