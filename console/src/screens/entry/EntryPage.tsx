import { Alert, Center, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { wordsOf } from '../../api/problem';
import { Logo } from '../../app/Logo';

/** A page for those who are not signed in yet. */
export function EntryPage({ title, note, error, children }: { title: string; note?: ReactNode; error?: unknown; children: ReactNode }) {
  useDocumentTitle(`${title} · Crosspoint`);
  return (
    <Center component="main" mih="100vh" p="md">
      <Stack w="100%" maw={380} gap="lg">
        <Logo />
        <Paper withBorder p="lg" radius="md">
          <Stack gap="md">
            <Title order={1} size="h3">
              {title}
            </Title>
            {note && (
              <Text size="sm" c="dimmed" component="div">
                {note}
              </Text>
            )}
            {error !== undefined && error !== null && (
              <Alert color="red" variant="light" role="alert">
                {wordsOf(error)}
              </Alert>
            )}
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}

/** What stands behind # in the address: browsers do not send it, and it is taken out of the address at once. */
export function takeToken() {
  const token = window.location.hash.slice(1);
  if (token) window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  return token;
}
