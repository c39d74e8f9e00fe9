import { ActionIcon, Alert, AppShell, Badge, Burger, Group, Kbd, Modal, NavLink, Table, Text, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKeyboard, IconMoon, IconPlugConnectedX, IconSun } from '@tabler/icons-react';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useMemo } from 'react';
import { $api } from '../api/client';
import { useReachability } from '../api/reachability';
import { useKeys } from './keyboard';
import { Logo } from './Logo';
import { useMay } from '../api/session';
import { focusSearch } from './search';
import { SECTIONS, openTo } from './sections';
import { UserMenu } from './UserMenu';

export function Shell() {
  const [isMenuOpen, menu] = useDisclosure(false);
  const [areKeysShown, keys] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  const isReachable = useReachability();
  const may = useMay();
  const sections = openTo(may);
  const incidents = $api.useQuery('get', '/v1/incidents', { params: { query: { state: 'unresolved', limit: 100 } } }, { refetchInterval: 5000, enabled: may('read_operation') });
  const open = incidents.data?.incidents.length ?? 0;

  useKeys(
    useMemo(
      () => ({
        '?': keys.open,
        '/': () => focusSearch(() => void navigate({ to: '/messages' })),
        ...Object.fromEntries(SECTIONS.map((section) => [`g ${section.key}`, () => void navigate({ to: section.path })])),
      }),
      [keys, navigate],
    ),
  );

  return (
    <AppShell header={{ height: 52 }} navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }} padding={{ base: 'sm', sm: 'md' }}>
      <a className="skip" href="#content">
        To the content
      </a>
      <AppShell.Header>
        <Group h="100%" px={{ base: 'sm', sm: 'md' }} justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={isMenuOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Logo />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Tooltip label="Keys">
              <ActionIcon variant="subtle" color="gray" onClick={keys.open} aria-label="Keys" visibleFrom="sm">
                <IconKeyboard size={18} />
              </ActionIcon>
            </Tooltip>
            <SchemeSwitch />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Sections">
        {sections.map(({ path: to, label, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={path.startsWith(to)}
            aria-current={path.startsWith(to) ? 'page' : undefined}
            leftSection={<Icon size={18} aria-hidden />}
            rightSection={to === '/incidents' && open > 0 ? <Badge size="sm" color="red" variant="filled">{open}</Badge> : undefined}
            onClick={menu.close}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content">
        {!isReachable && (
          <Alert color="orange" variant="light" mb="md" icon={<IconPlugConnectedX size={18} aria-hidden />} title="The gateway does not answer" role="status">
            What you see is the last that it said. The page comes back by itself as soon as it answers.
          </Alert>
        )}
        <Outlet />
      </AppShell.Main>
      <Modal opened={areKeysShown} onClose={keys.close} title="Keys">
        <Table>
          <Table.Tbody>
            {sections.map((section) => (
              <Table.Tr key={section.path}>
                <Table.Td>{section.label}</Table.Td>
                <Table.Td>
                  <Kbd>g</Kbd> <Text span size="sm" c="dimmed">then</Text> <Kbd>{section.key}</Kbd>
                </Table.Td>
              </Table.Tr>
            ))}
            <Table.Tr>
              <Table.Td>Search for messages</Table.Td>
              <Table.Td>
                <Kbd>/</Kbd>
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Td>These keys</Table.Td>
              <Table.Td>
                <Kbd>?</Kbd>
              </Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </Modal>
    </AppShell>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  const label = isDark ? 'Light colours' : 'Dark colours';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>
        {isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
