// What walks through the console have in common: steps that say what they did, and pictures of screens in both colours and widths.
import { join } from 'node:path';
import { open, pageOf, violations } from './browser.mjs';

export const PASSWORD = 'four words for a test';

/** A walk: each fault is a line that begins with FAULT, and they make the process end with 1. */
export async function walking(folder) {
  const faults = [];
  const browser = await open();
  const page = await pageOf(browser, faults);
  const walk = {
    faults,
    page,
    async check(of, name) {
      faults.push(...(await violations(of)).map((violation) => `${name}: axe: ${violation}`));
    },
    async picture(of, name) {
      if (folder) await of.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
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
    /** The first owner, by the set-up link of a fresh gateway. */
    async setUp(link, name) {
      await page.goto(link);
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('New password').fill(PASSWORD);
      await page.getByLabel('The same again').fill(PASSWORD);
      await page.getByRole('button', { name: 'Make the owner' }).click();
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    },
    /** Screens as [path, heading, a text of it]: without a fault, and not wider than the window. */
    async screens(origin, screens) {
      const state = await page.context().storageState();
      for (const [width, height, colorScheme] of [[1280, 900, 'light'], [1280, 900, 'dark'], [390, 844, 'light'], [390, 844, 'dark']]) {
        await walk.step(`screens at ${width} px, ${colorScheme}`, async () => {
          const own = await pageOf(browser, faults, { viewport: { width, height }, colorScheme, storageState: state });
          for (const [path, heading, text] of screens) {
            await own.goto(`${origin}/console/${path}`);
            await own.getByRole('heading', { name: heading, level: 1 }).waitFor();
            await own.getByText(text).first().waitFor();
            await walk.check(own, `${path} at ${width} px, ${colorScheme}`);
            const isWide = await own.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
            if (isWide) faults.push(`${path} is wider than ${width} px`);
            await walk.picture(own, `${path.replace(/\W+/g, '-')}-${width}-${colorScheme}`);
          }
          await own.context().close();
        });
      }
    },
    pageOf: (options) => pageOf(browser, faults, options),
    async end() {
      await browser.close();
      process.exit(faults.length > 0 ? 1 : 0);
    },
  };
  return walk;
}
