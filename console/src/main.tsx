import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/theme.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { forgetSession, queries } from './api/session';
import { router } from './app/router';
import { strongerColours, theme } from './app/theme';
import { Modals } from './ui/modals';

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

// The session has ended: what was asked for is shown after the next sign-in.
window.addEventListener('signed-out', () => {
  // The answer to a question of before the sign-out: there is nowhere to go back to.
  if (router.state.location.pathname.endsWith('/sign-in')) return;
  forgetSession();
  void router.navigate({ to: '/sign-in', search: { next: router.state.location.href } });
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={strongerColours} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
        <Modals />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
