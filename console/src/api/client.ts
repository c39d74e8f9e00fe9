import createFetchClient, { type Middleware } from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { isSomebodyThere } from './activity';
import { csrf, send } from './csrf';
import { reachability } from './reachability';
import type { paths } from './schema';

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('Crosspoint-Csrf', csrf.value);
    else if (!isSomebodyThere()) request.headers.set('Crosspoint-Background', '1');
    return request;
  },
  onResponse({ response }) {
    // A proxy answers for a gateway that is gone.
    reachability.set(response.status !== 502 && response.status !== 504);
    if (response.status === 401 && !response.url.includes('/v1/console/')) window.dispatchEvent(new Event('signed-out'));
    return undefined;
  },
  onError() {
    reachability.set(false);
    return undefined;
  },
};

/** Requests by the paths and types of the OpenAPI document. */
export const api = createFetchClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin', fetch: send });
api.use(guard);

/** The same as hooks: `useQuery('get', '/v1/incidents', …)`. */
export const $api = createQueryClient(api);
