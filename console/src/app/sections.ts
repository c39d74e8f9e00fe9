import { IconAlertTriangle, IconBell, IconBuilding, IconCoins, IconFlask, IconLayoutDashboard, IconMessages, IconRoute, IconRouteAltLeft, IconSettings, IconUsers, IconWebhook } from '@tabler/icons-react';
import type { ConsoleSession } from '../api/schema';

/** What the menu has, in its order. */
export const SECTIONS = [
  { path: '/overview', label: 'Overview', key: 'o', permission: 'read_operation', icon: IconLayoutDashboard },
  { path: '/messages', label: 'Messages', key: 'm', permission: ['read_traffic', 'read_account'], icon: IconMessages },
  { path: '/routes', label: 'Routes', key: 'r', permission: 'read_operation', icon: IconRoute },
  { path: '/incidents', label: 'Incidents', key: 'i', permission: 'read_operation', icon: IconAlertTriangle },
  { path: '/alerts', label: 'Alerts', key: 'a', permission: 'read_operation', icon: IconBell },
  { path: '/routing', label: 'Routing', key: 'p', permission: 'read_routing', icon: IconRouteAltLeft },
  { path: '/rates', label: 'Rates', key: 'd', permission: 'read_rates', icon: IconCoins },
  { path: '/accounts', label: 'Accounts', key: 'c', permission: 'read_accounts', icon: IconBuilding },
  { path: '/webhooks', label: 'Webhooks', key: 'w', permission: ['read_accounts', 'read_account'], icon: IconWebhook },
  { path: '/settings', label: 'Settings', key: 's', permission: ['read_accounts', 'read_rates', 'read_routing'], icon: IconSettings },
  { path: '/lab', label: 'Lab', key: 'l', permission: 'read_operation', icon: IconFlask },
  { path: '/users', label: 'Users', key: 'u', permission: 'read_users', icon: IconUsers },
] as const;

type Permission = ConsoleSession['permissions'][number];

/** The sections of which a user may see something. */
export const openTo = (may: (permission: Permission) => boolean) => SECTIONS.filter((section) => [section.permission].flat().some(may));
