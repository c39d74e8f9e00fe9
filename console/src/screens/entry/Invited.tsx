import { Button, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api } from '../../api/client';
import { isProblem, wordsOf } from '../../api/problem';
import { takeSession } from '../../api/session';
import { EntryPage, takeToken } from './EntryPage';
import { NewPassword } from './NewPassword';

/** Who was invited, or whose password was reset, chooses one. */
export function Invited() {
  const navigate = useNavigate();
  const [token] = useState(takeToken);
  const [password, setPassword] = useState<string>();
  const accept = $api.useMutation('post', '/v1/console/invitation', {
    onSuccess: (session) => {
      takeSession(session);
      void navigate({ to: '/' });
    },
  });
  const isField = isProblem(accept.error) && accept.error.field === 'password';
  return (
    <EntryPage title="Choose a password" note={token ? undefined : 'This page needs the link that an owner gave you. Ask for another one.'} error={isField ? undefined : accept.error}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (password) accept.mutate({ body: { token, password } });
        }}
      >
        <Stack gap="sm">
          <NewPassword onChange={setPassword} error={isField ? wordsOf(accept.error) : undefined} />
          <Button type="submit" disabled={!password || !token} loading={accept.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </EntryPage>
  );
}
