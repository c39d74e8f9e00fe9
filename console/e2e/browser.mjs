import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const AXE = readFileSync(fileURLToPath(new URL('../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PATIENCE_MS = 30_000;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };
// In the last of them walks go on.
const SIZES = [[NARROW, 'dark'], [NARROW, 'light'], [WIDE, 'dark'], [WIDE, 'light']];

/** Debian's Chromium; background traffic is off, as a closed network would refuse it. */
export async function open() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page whose errors, and refusals of the content security policy, are faults of the run. */
export async function pageOf(browser, faults, options = {}) {
  const context = await browser.newContext({ viewport: WIDE, colorScheme: 'light', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error in the page: ${error.stack?.split('\n').slice(0, 4).join(' ') ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (400|401|403|404|409|422)/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  return page;
}

/** What axe finds against WCAG 2.2 AA. Evaluated by the debugger, which the content security policy does not concern. */
export async function violations(page) {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: AXE });
  const { result } = await debug.send('Runtime.evaluate', {
    expression: `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then((found) => JSON.stringify(found.violations.map((rule) => \`\${rule.id}: \${rule.nodes.map((node) => node.target).join(' ')}\`)))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await debug.detach();
  return JSON.parse(result.value);
}

/** A walk: its steps with what is wrong, printed as they are done. Each fault is a line that begins with FAULT. With a folder it leaves pictures there. */
export function begin(folder) {
  const faults = [];

  /** What axe finds on the page as it is, whether it is wider than the window, and a picture of it. */
  async function glance(page, name) {
    const { width } = page.viewportSize();
    const scheme = (await page.evaluate(() => window.matchMedia('(prefers-color-scheme: dark)').matches)) ? 'dark' : 'light';
    const where = `${name} at ${width} px, ${scheme}`;
    faults.push(...(await violations(page)).map((violation) => `${where}: axe: ${violation}`));
    if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)) faults.push(`${where}: it is wider than the window`);
    if (!folder) return;
    const hasDialog = (await page.getByRole('dialog').count()) > 0;
    await page.screenshot({ path: join(folder, `${name.replace(/\W+/g, '-')}-${width}-${scheme}.png`), fullPage: !hasDialog });
  }

  return {
    faults,
    glance,
    /** The same at both widths, in light and dark, of the page with all that is open in it. */
    async check(page, name) {
      for (const [viewport, colorScheme] of SIZES) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await page.waitForFunction((scheme) => document.documentElement.dataset.mantineColorScheme === scheme, colorScheme);
        // Drawn anew.
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        await glance(page, name);
      }
    },
    async step(what, work) {
      const before = faults.length;
      try {
        await work();
      } catch (error) {
        faults.push(`${what}: ${error.message}`);
      }
      for (const fault of faults.slice(before)) console.log(`FAULT ${fault}`);
      console.log(`${faults.length === before ? 'ok' : 'not ok'}: ${what}`);
    },
  };
}

/** Every screen at both widths, in light and dark, loaded anew: its heading and a text of it, what else it waits for, and how it looks. */
export async function seeAll(browser, walk, { origin, state, screens, ready }) {
  for (const [viewport, colorScheme] of SIZES) {
    await walk.step(`screens at ${viewport.width} px, ${colorScheme}`, async () => {
      const own = await pageOf(browser, walk.faults, { viewport, colorScheme, storageState: state });
      for (const [path, heading, text] of screens) {
        await own.goto(`${origin}/console/${path}`);
        await own.getByRole('heading', { name: heading, level: 1 }).waitFor();
        await own.getByText(text).first().waitFor();
        await ready?.(own, path);
        await walk.glance(own, path);
      }
      await own.context().close();
    });
  }
}

/** To a screen by its keys: two that belong together have 1.2 s, and on a machine that is busy the second may be late. */
export async function goByKeys(page, key, path) {
  for (let turn = 0; turn < 5; turn++) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    const isThere = await page.waitForURL((url) => url.pathname.endsWith(`/${path}`), { timeout: 3000 }).then(() => true, () => false);
    if (isThere) return;
  }
  throw new Error(`g ${key} does not lead to ${path}`);
}

/** An owner's page makes an invitation: its link. */
export async function invite(page, { origin, name, role, account }) {
  await page.goto(`${origin}/console/users`);
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Role').first().click();
  await page.getByRole('option', { name: role }).click();
  if (account) await page.getByRole('dialog').getByLabel('Account').fill(account);
  await page.getByRole('button', { name: 'Make the link' }).click();
  return page.getByRole('textbox', { name: 'Link' }).inputValue();
}

/** A set-up or an invitation: a password is chosen, and who did so is inside, at their first screen. */
export async function choosePassword(page, link, password, { name, button, start = 'Overview', look }) {
  await page.goto(link);
  if (name) await page.getByLabel('Name').fill(name);
  await page.getByLabel('New password').fill(password);
  await page.getByLabel('The same again').fill(password);
  await look?.();
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('heading', { name: start, level: 1 }).waitFor();
}

/**
 * A task from the sign-in page on: clicks are counted and the time is taken, from when the page is there to when what is wanted is on the screen. The button that
 * signs in is a click; typing, and keys, are none, and take no time to think. `aside` is what the walk does besides. Prints a line that begins with "task".
 */
export async function taskOf(walk, page, { origin, name, password, what, most }, work) {
  await page.getByRole('button', { name: /profile and sign-out/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  await page.goto(`${origin}/console/`);
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  let clicks = 0;
  let aside = 0;
  const began = performance.now();
  const click = async (locator) => {
    clicks++;
    await locator.click();
  };
  await page.getByLabel('Name').fill(name);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await click(page.getByRole('button', { name: 'Sign in' }));
  await work({
    click,
    async aside(other) {
      const from = performance.now();
      await other();
      aside += performance.now() - from;
    },
  });
  const seconds = (performance.now() - began - aside) / 1000;
  console.log(`task: ${what}: ${clicks} clicks, ${seconds.toFixed(1)} s`);
  if (clicks > most) walk.faults.push(`${what}: it took ${clicks} clicks`);
}
