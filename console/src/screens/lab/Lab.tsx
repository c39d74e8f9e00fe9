import { Tabs } from '@mantine/core';
import { useMay } from '../../api/session';
import { lab as route } from '../../app/router';
import { Empty } from '../../ui/Feedback';
import { Page } from '../../ui/Page';
import { Experiments } from './Experiments';
import { TestMessage } from './TestMessage';

/** Where the gateway is tried: with a message that is watched on its way, and with faults that are made on purpose. */
export function Lab() {
  const { view = 'message' } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  return (
    <Page title="Lab">
      <Tabs value={view} onChange={(chosen) => void navigate({ search: { view: chosen === 'experiments' ? 'experiments' : 'message' } })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="message">Test message</Tabs.Tab>
          <Tabs.Tab value="experiments">Experiments</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="message">
          {may('manage_traffic') ? <TestMessage /> : <Empty title="Your role does not send">Owners and operators send test messages. Experiments can be looked at.</Empty>}
        </Tabs.Panel>
        <Tabs.Panel value="experiments">
          <Experiments />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
