import { IconAlertTriangle, IconBell, IconLayoutDashboard, IconRoute, IconBuilding, IconSettings, IconUsers, IconWebhook } from '@tabler/icons-react';

/** What the menu has, in its order. */
export const SECTIONS = [
  { path: '/overview', label: 'Overview', key: 'o', permission: 'read_operation', icon: IconLayoutDashboard },
  { path: '/routes', label: 'Routes', key: 'r', permission: 'read_operation', icon: IconRoute },
  { path: '/incidents', label: 'Incidents', key: 'i', permission: 'read_operation', icon: IconAlertTriangle },
  { path: '/alerts', label: 'Alerts', key: 'a', permission: 'read_operation', icon: IconBell },
  { path: '/accounts', label: 'Accounts', key: 'c', permission: 'read_accounts', icon: IconBuilding },
  { path: '/webhooks', label: 'Webhooks', key: 'w', permission: ['read_accounts', 'read_account'], icon: IconWebhook },
  { path: '/settings', label: 'Settings', key: 's', permission: ['read_accounts', 'read_rates', 'read_routing'], icon: IconSettings },
  { path: '/users', label: 'Users', key: 'u', permission: 'read_users', icon: IconUsers },
] as const;
