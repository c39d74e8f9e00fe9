import { IconAlertTriangle, IconBell, IconFlask, IconLayoutDashboard, IconMessages, IconRoute, IconUsers } from '@tabler/icons-react';
import type { ConsoleSession } from '../api/schema';

/** What the menu has, in its order. */
export const SECTIONS = [
  { path: '/overview', label: 'Overview', key: 'o', permission: 'read_operation', icon: IconLayoutDashboard },
  { path: '/messages', label: 'Messages', key: 'm', permission: 'read_traffic', or: 'read_account', icon: IconMessages },
  { path: '/routes', label: 'Routes', key: 'r', permission: 'read_operation', icon: IconRoute },
  { path: '/incidents', label: 'Incidents', key: 'i', permission: 'read_operation', icon: IconAlertTriangle },
  { path: '/alerts', label: 'Alerts', key: 'a', permission: 'read_operation', icon: IconBell },
  { path: '/lab', label: 'Lab', key: 'l', permission: 'read_operation', icon: IconFlask },
  { path: '/users', label: 'Users', key: 'u', permission: 'read_users', icon: IconUsers },
] as const;

type Permission = ConsoleSession['permissions'][number];

/** The sections of which a user may see something. */
export const openTo = (may: (permission: Permission) => boolean) => SECTIONS.filter((section) => may(section.permission) || ('or' in section && may(section.or)));
