import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { api } from '../api/client';
import { isProblem } from '../api/problem';
import { forgetSession, useSession } from '../api/session';
import { told } from '../ui/told';

export function UserMenu() {
  const session = useSession();
  const navigate = useNavigate();
  const name = session?.user.display_name || session?.user.name || '';
  const signOut = async () => {
    const { error } = await api.POST('/v1/console/sign-out');
    if (error && !(isProblem(error) && error.code === 'unauthorized')) {
      told.failed(error);
      return;
    }
    forgetSession();
    await navigate({ to: '/sign-in', search: {} });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton aria-label={`${name}: profile and sign-out`}>
          <Avatar size={30} color="indigo" variant="light">
            <IconUser size={18} aria-hidden />
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} component="div">
            {name}
          </Text>
          {session?.role.replace('_', ' ')}
        </Menu.Label>
        <Menu.Item component={Link} to="/profile">
          Profile
        </Menu.Item>
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
