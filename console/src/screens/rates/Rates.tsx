import { Tabs } from '@mantine/core';
import { useMay } from '../../api/session';
import { RATE_VIEWS, rates as route } from '../../app/router';
import { Page } from '../../ui/Page';
import { Record } from '../routing/Record';
import { DeckTable } from './DeckTable';
import { PriceOf } from './PriceOf';

const LABELS: Record<(typeof RATE_VIEWS)[number], string> = { decks: 'Decks', price: 'Price of a number', record: 'Record' };

export function Rates() {
  const { view = 'decks' } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  return (
    <Page title="Rates">
      <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: { view: value as typeof view } })}>
        <Tabs.List mb="md">
          {RATE_VIEWS.filter((name) => name !== 'record' || may('read_audit')).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {LABELS[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="decks">
          <DeckTable />
        </Tabs.Panel>
        <Tabs.Panel value="price">
          <PriceOf />
        </Tabs.Panel>
        <Tabs.Panel value="record">
          <Record kind="deck" />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
