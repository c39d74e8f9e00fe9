import { QueryClient, keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './client';
import { forgetCsrf, keepCsrf } from './csrf';
import { isProblem } from './problem';
import type { ConsoleSession } from './schema';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      placeholderData: keepPreviousData,
      staleTime: 2000,
      // What the gateway refuses it refuses again; what did not reach it is tried again for as long as it takes.
      retry: (failures, error) => !isProblem(error) && failures < 3,
    },
  },
});

const session = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: async (): Promise<ConsoleSession | null> => {
    const { data, error, response } = await api.GET('/v1/console/session');
    if (response.status === 401) return null;
    if (error) throw error;
    keepCsrf(data);
    return data;
  },
});

/** Who is signed in; null when nobody is. */
export const readSession = () => queries.ensureQueryData(session);

/** After a sign-in, or another answer that is a session. */
export function takeSession(taken: ConsoleSession) {
  keepCsrf(taken);
  queries.clear();
  queries.setQueryData(session.queryKey, taken);
}

export function forgetSession() {
  forgetCsrf();
  queries.clear();
}

// Another tab's: this one shows what its user may see.
window.addEventListener('session-changed', (event) => takeSession((event as CustomEvent<ConsoleSession>).detail));

export const useSession = () => useQuery(session, queries).data ?? undefined;

/** Whether the role has a permission (docs/console.md). The gateway checks it all the same. */
export function useMay() {
  const current = useSession();
  return (permission: ConsoleSession['permissions'][number]) => current?.permissions.includes(permission) ?? false;
}
