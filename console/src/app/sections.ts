import { IconAlertTriangle, IconBell, IconCoins, IconLayoutDashboard, IconRoute, IconRouteAltLeft, IconUsers } from '@tabler/icons-react';

/** What the menu has, in its order. */
export const SECTIONS = [
  { path: '/overview', label: 'Overview', key: 'o', permission: 'read_operation', icon: IconLayoutDashboard },
  { path: '/routes', label: 'Routes', key: 'r', permission: 'read_operation', icon: IconRoute },
  { path: '/incidents', label: 'Incidents', key: 'i', permission: 'read_operation', icon: IconAlertTriangle },
  { path: '/alerts', label: 'Alerts', key: 'a', permission: 'read_operation', icon: IconBell },
  { path: '/routing', label: 'Routing', key: 'p', permission: 'read_routing', icon: IconRouteAltLeft },
  { path: '/rates', label: 'Rates', key: 'd', permission: 'read_rates', icon: IconCoins },
  { path: '/users', label: 'Users', key: 'u', permission: 'read_users', icon: IconUsers },
] as const;
