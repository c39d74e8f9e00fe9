import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { $api } from '../../api/client';
import { wordsOf } from '../../api/problem';
import { Content, Empty } from '../../ui/Feedback';
import { count } from '../../ui/format';
import { Panel } from '../../ui/Page';
import { Sheet } from '../../ui/Sheet';
import { Since } from '../../ui/When';

export function NotifierTable() {
  const notifiers = $api.useQuery('get', '/v1/notifiers', {}, { refetchInterval: 5000 });
  const test = $api.useMutation('post', '/v1/notifiers/{notifier}/test', {
    onSuccess: (result) =>
      result.delivered
        ? notifications.show({ message: 'The test message was delivered.', color: 'green' })
        : notifications.show({ title: 'It was not delivered', message: result.error, color: 'red' }),
    onError: (error) => notifications.show({ title: 'This could not be done', message: wordsOf(error), color: 'red' }),
  });
  return (
    <Panel title="Notifiers" note="who is told of alerts">
      <Content of={notifiers}>
        {(data) =>
          data.notifiers.length === 0 ? (
            <Empty title="Nobody is told of alerts">
              Add a webhook, an e-mail address, Slack or PagerDuty under <code>alerts: notifiers</code> in the configuration.
            </Empty>
          ) : (
            <Sheet
              label="Notifiers"
              rows={data.notifiers}
              keyOf={(row) => row.name}
              columns={[
                { title: 'Name', cell: (row) => row.name },
                { title: 'Kind', cell: (row) => row.kind },
                { title: 'Goes to', cell: (row) => <span className="mono">{row.target}</span> },
                { title: 'From severity', cell: (row) => row.severity },
                { title: 'Delivered', isNumber: true, cell: (row) => count(row.delivered) },
                { title: 'Waiting', isNumber: true, cell: (row) => count(row.waiting) },
                { title: 'Given up', isNumber: true, cell: (row) => count(row.given_up + row.dropped) },
                { title: 'Last delivered', cell: (row) => <Since at={row.last_delivered} /> },
                { title: 'Last error', isText: true, cell: (row) => row.last_error ?? '–' },
                {
                  title: '',
                  cell: (row) => (
                    <Button size="compact-xs" variant="default" loading={test.isPending && test.variables.params.path.notifier === row.name} onClick={() => test.mutate({ params: { path: { notifier: row.name } } })} aria-label={`Test ${row.name}`}>
                      Test
                    </Button>
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
