import { Button, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { takeSession } from '../../api/session';
import { EntryPage, takeToken } from './EntryPage';
import { NewPassword } from './NewPassword';

/** The first owner, by the link that the gateway printed when it started. */
export function SetUp() {
  const navigate = useNavigate();
  const [token] = useState(takeToken);
  const [name, setName] = useState('');
  const [password, setPassword] = useState<string>();
  const setUp = $api.useMutation('post', '/v1/console/setup', {
    onSuccess: (session) => {
      takeSession(session);
      void navigate({ to: '/' });
    },
  });
  const field = isProblem(setUp.error) ? setUp.error.field : undefined;
  return (
    <EntryPage
      title="The first owner"
      note={token ? 'Owners may do everything, and invite others.' : 'This page needs the link that the gateway printed when it started. Start it anew for another one.'}
      error={field === 'name' || field === 'password' ? undefined : setUp.error}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (password) setUp.mutate({ body: { token, name, password } });
        }}
      >
        <Stack gap="sm">
          <TextInput label="Name" autoComplete="username" autoFocus required value={name} onChange={(event) => setName(event.currentTarget.value)} error={field === 'name' ? wordsOf(setUp.error) : undefined} />
          <NewPassword onChange={setPassword} error={field === 'password' ? wordsOf(setUp.error) : undefined} />
          <Button type="submit" disabled={!password || !token} loading={setUp.isPending}>
            Make the owner
          </Button>
        </Stack>
      </form>
    </EntryPage>
  );
}
