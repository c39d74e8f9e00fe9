import { Button, Menu, Text } from '@mantine/core';
import { $api } from '../../api/client';
import type { Endpoint } from '../../api/schema';
import { Content, Empty } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { modals } from '../../ui/modals';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { StateBadge } from '../../ui/StateBadge';
import { told } from '../../ui/told';
import { Since } from '../../ui/When';

const STATES = {
  enabled: { color: 'green', text: 'Its last request was taken, or none was sent yet.' },
  failing: { color: 'red', text: 'Requests fail. They are tried again, further and further apart.' },
  'gave up': { color: 'red', text: 'Nothing but failures for days: it was switched off. What came since is kept; enable it when the receiver works again.' },
  disabled: { color: 'gray', text: 'Somebody switched it off. What comes meanwhile is kept.' },
  'off by settings': { color: 'gray', text: 'The settings of the account switch it off. What comes meanwhile is kept.' },
};

const stateOf = (row: Endpoint): keyof typeof STATES =>
  row.disabled_because === 'failing' ? 'gave up' : row.disabled_because === 'asked' ? 'disabled' : row.disabled_because === 'configured' ? 'off by settings' : row.failing_since ? 'failing' : 'enabled';

interface Props {
  sid: string;
  onReplay: ((endpoint: string) => void) | undefined;
  onTest: ((url: string) => void) | undefined;
}

export function Endpoints({ sid, onReplay, onTest }: Props) {
  const query = { account_sid: sid };
  const list = $api.useQuery('get', '/v1/webhooks/endpoints', { params: { query: { ...query, limit: 1000 } } }, { refetchInterval: 4000 });
  const outcome = { onError: told.failed, onSettled: () => void list.refetch() };
  const enable = $api.useMutation('post', '/v1/webhooks/endpoints/{id}/enable', outcome);
  const disable = $api.useMutation('post', '/v1/webhooks/endpoints/{id}/disable', outcome);
  return (
    <Panel title="Endpoints" note="those that are configured, at work, failing or switched off">
      <Content of={list}>
        {(data) =>
          data.endpoints.length === 0 ? (
            <Empty title="No endpoints">None is configured, and none was called of late. An endpoint shows here when a message asks for callbacks, or when the settings of the account name it.</Empty>
          ) : (
            <Sheet
              label="Endpoints"
              rows={data.endpoints}
              keyOf={(row) => row.id}
              columns={[
                {
                  title: 'URL',
                  cell: (row) => (
                    <div>
                      <span className="mono" style={{ overflowWrap: 'anywhere' }}>
                        {row.url}
                      </span>
                      {row.last_error && (
                        <Text size="xs" c="dimmed">
                          {row.last_error}
                        </Text>
                      )}
                    </div>
                  ),
                },
                { title: 'State', cell: (row) => <StateBadge state={stateOf(row)} words={STATES} /> },
                { title: 'Failing', cell: (row) => (row.failing_since ? <Since at={row.failing_since} /> : '–') },
                { title: 'Failures', isNumber: true, cell: (row) => count(row.failures) },
                { title: 'Waiting', isNumber: true, cell: (row) => `${count(row.waiting)}${row.more_waiting ? ' and more' : ''}` },
                { title: 'Running', isNumber: true, cell: (row) => row.running },
                { title: 'Last answer', isNumber: true, cell: (row) => row.last_status ?? '–' },
                {
                  title: '',
                  cell: (row) =>
                    onReplay && (
                      <Menu position="bottom-end">
                        <Menu.Target>
                          <Button size="compact-xs" variant="default" aria-label={`Change ${row.url}`}>
                            Change
                          </Button>
                        </Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item onClick={() => onTest?.(row.url)}>Send a test</Menu.Item>
                          <Menu.Item onClick={() => onReplay(row.id)}>Replay what failed</Menu.Item>
                          {row.enabled ? (
                            <Menu.Item color="red" onClick={() => modals.confirm({ title: 'Switch it off?', text: `Nothing is sent to ${row.url} until it is enabled. What comes meanwhile is kept.`, label: 'Switch off', act: () => disable.mutate({ params: { path: { id: row.id }, query } }) })}>
                              Switch off
                            </Menu.Item>
                          ) : (
                            <Menu.Item onClick={() => enable.mutate({ params: { path: { id: row.id }, query } })}>Enable</Menu.Item>
                          )}
                        </Menu.Dropdown>
                      </Menu>
                    ),
                },
              ]}
            />
          )
        }
      </Content>
    </Panel>
  );
}
