// Every screen of the router, and every view of one, is named in a walk: `node routes.mjs`. Ends with 1 and says which is not. So no screen goes without a look at it in a
// browser, at both widths, in light and dark, and without axe. A walk names them by their address, as in 'routes/north-1' or 'alerts?view=all'.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const router = readFileSync(here('../src/app/router.tsx'), 'utf8');
const walks = readdirSync(here('.')).filter((name) => name.startsWith('walk')).map((name) => readFileSync(here(name), 'utf8')).join('\n');

const named = [...walks.matchAll(/'([^'\n]+)'|`([^`\n]+)`/g)].map((match) => (match[1] ?? match[2]).replace(/\$\{[^}]*\}/g, 'X').replace(/^X\/console\//, ''));
const views = new Map([...router.matchAll(/const (\w+) = \[([^\]]+)\]/g)].map(([, name, list]) => [name, [...list.matchAll(/'([^']+)'/g)].map((match) => match[1])]));

const missing = [];
for (const block of router.split('createRoute({').slice(1)) {
  const path = /path: '\/([^']+)'/.exec(block)?.[1];
  if (!path) continue;
  const address = new RegExp(`^${path.replace(/\$\w+/g, '[^/?]+')}(\\?|$)`);
  const visits = named.filter((text) => address.test(text));
  if (visits.length === 0) missing.push(path);
  // The first is what is shown where the address names none.
  for (const view of (views.get(/search\['view'\], (\w+)\)/.exec(block)?.[1]) ?? []).slice(1)) {
    if (!visits.some((text) => new RegExp(`[?&]view=${view}(&|$)`).test(text))) missing.push(`${path}?view=${view}`);
  }
}

for (const screen of missing) console.error(`no walk in e2e/ names the screen '${screen}'`);
process.exit(missing.length > 0 ? 1 : 0);
