import { Tabs } from '@mantine/core';
import { useMay } from '../../api/session';
import { SETTING_VIEWS, settings as route } from '../../app/router';
import { Page } from '../../ui/Page';
import { AuditLog } from './AuditLog';
import { Resources } from './Resources';

const LABELS: Record<(typeof SETTING_VIEWS)[number], string> = { revisions: 'Revisions', audit: 'Audit log' };

export function Settings() {
  const { view = 'revisions' } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  return (
    <Page title="Settings">
      <Tabs value={view} keepMounted={false} onChange={(value) => void navigate({ search: { view: value as typeof view } })}>
        <Tabs.List mb="md">
          {SETTING_VIEWS.filter((name) => name !== 'audit' || may('read_audit')).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {LABELS[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="revisions">
          <Resources />
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditLog />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
