import { IconAlertTriangle, IconBell, IconLayoutDashboard, IconRoute } from '@tabler/icons-react';

/** What the menu has, in its order. */
export const SECTIONS = [
  { path: '/overview', label: 'Overview', key: 'o', icon: IconLayoutDashboard },
  { path: '/routes', label: 'Routes', key: 'r', icon: IconRoute },
  { path: '/incidents', label: 'Incidents', key: 'i', icon: IconAlertTriangle },
  { path: '/alerts', label: 'Alerts', key: 'a', icon: IconBell },
] as const;
