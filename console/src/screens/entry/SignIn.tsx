import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { $api } from '../../api/client';
import { isProblem } from '../../api/problem';
import { takeSession } from '../../api/session';
import type { ConsoleSession } from '../../api/schema';
import { signIn as route } from '../../app/router';
import { EntryPage, takeToken } from './EntryPage';

export function SignIn() {
  const { next } = route.useSearch();
  const router = useRouter();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [isRecovery, setRecovery] = useState(false);
  const enter = (session: ConsoleSession) => {
    takeSession(session);
    // Only a page of the console: an address from outside must not lead elsewhere.
    if (next?.startsWith('/') && !next.startsWith('//')) router.history.push(router.basepath + next.replace(new RegExp(`^${router.basepath}`), ''));
    else void router.navigate({ to: '/' });
  };
  const byPassword = $api.useMutation('post', '/v1/console/sign-in', { onSuccess: enter });
  const byLink = $api.useMutation('post', '/v1/console/sign-in-link', { onSuccess: enter });
  const isLinkTaken = useRef(false);
  useEffect(() => {
    const token = isLinkTaken.current ? '' : takeToken();
    isLinkTaken.current = true;
    if (token) byLink.mutate({ body: { token } });
  });

  const problem = byPassword.error;
  const needsCode = isProblem(problem) && (problem.code === 'totp_required' || problem.code === 'totp_invalid');
  return (
    <EntryPage title="Sign in" error={isProblem(problem) && problem.code === 'totp_required' ? undefined : (problem ?? byLink.error)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const factor = code === '' ? {} : isRecovery ? { recovery_code: code } : { totp: code };
          byPassword.mutate({ body: { name, password, ...factor } });
        }}
      >
        <Stack gap="sm">
          <TextInput label="Name" autoComplete="username" autoFocus required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <PasswordInput label="Password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {needsCode && (
            <>
              <TextInput
                key={String(isRecovery)}
                label={isRecovery ? 'Recovery code' : 'Code of your app'}
                inputMode={isRecovery ? 'text' : 'numeric'}
                autoComplete="one-time-code"
                autoFocus
                required
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
              <Anchor component="button" type="button" size="sm" ta="left" onClick={() => setRecovery(!isRecovery)}>
                {isRecovery ? 'Use the code of the app' : 'Use a recovery code'}
              </Anchor>
            </>
          )}
          <Button type="submit" fullWidth loading={byPassword.isPending || byLink.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
    </EntryPage>
  );
}
