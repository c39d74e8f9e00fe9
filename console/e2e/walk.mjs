// Walks through the console as a person does: `node walk.mjs LINK [FOLDER]`, with the set-up link of a gateway that has traffic and an incident on connection
// north-1. Prints what it did; each fault is a line that begins with FAULT, and makes it end with 1. With FOLDER it leaves a picture of every screen there.
import { begin, choosePassword, goByKeys, invite, open, pageOf, seeAll, taskOf } from './browser.mjs';

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const PASSWORD = 'four words for a test';

// From the sign-in page to an alert that is silenced.
const MOST_CLICKS = 2;
const SCREENS = [
  ['overview', 'Overview', 'Germany'],
  ['routes', 'Routes', 'north-1'],
  ['routes?view=matrix', 'Routes', 'Germany'],
  ['routes?view=states', 'Routes', 'Health states'],
  ['routes/north-1', 'north-1', 'Germany'],
  ['incidents', 'Incidents', 'north-1'],
  ['alerts', 'Alerts', 'north-1'],
  ['alerts?view=all', 'Alerts', 'north-1'],
  ['alerts?view=silences', 'Alerts', 'Silences'],
  ['alerts?view=notifiers', 'Alerts', 'Nobody is told of alerts'],
  ['alerts?view=weekly', 'Alerts', 'Weekly review'],
  ['users', 'Users', 'ada'],
  ['profile', 'Profile', 'Second factor'],
];

const walk = begin(folder);
const { faults, check, step } = walk;
const browser = await open();

const page = await pageOf(browser, faults);

await step('the first owner is made by the link', async () => {
  await choosePassword(page, link, PASSWORD, { name: 'ada', button: 'Make the owner', look: () => check(page, 'setup') });
  if (page.url().includes('#')) faults.push('the token stays in the address');
});

await step('signing out and in again leads back to the screen', async () => {
  await page.getByRole('button', { name: /profile and sign-out/ }).click();
  await check(page, 'menu of the user');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  await page.goto(`${origin}/console/routes?view=matrix`);
  await page.getByLabel('Name').fill('ada');
  await page.locator('input[autocomplete="current-password"]').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await check(page, 'sign-in');
  await page.locator('input[autocomplete="current-password"]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Routes', level: 1 }).waitFor();
  if (!page.url().includes('view=matrix')) faults.push(`it led to ${page.url()}`);
});

const state = await page.context().storageState();
await seeAll(browser, walk, { origin, state, screens: SCREENS });

await step('keys lead from screen to screen', async () => {
  await goByKeys(page, 'i', 'incidents');
  await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await check(page, 'keys');
  await page.keyboard.press('Escape');
});

await step('an incident is read, acknowledged and noted', async () => {
  await page.getByRole('link', { name: /north-1/ }).first().click();
  await page.getByRole('heading', { name: 'What is left to do' }).waitFor();
  await check(page, 'incidents/1');
  await page.getByRole('button', { name: 'I look at it' }).click();
  await page.getByText('looked at by ada').waitFor();
  await page.getByLabel('Note').fill('<b>they</b> changed a link');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('<b>they</b> changed a link').first().waitFor();
});

const silences = async () => (await (await page.request.get(`${origin}/v1/silences`)).json()).silences;

await step(`an alert is silenced from the sign-in page in at most ${MOST_CLICKS} clicks`, async () => {
  const task = { origin, name: 'ada', password: PASSWORD, what: 'silence an alert', most: MOST_CLICKS };
  await taskOf(walk, page, task, async ({ click, aside }) => {
    const silence = page.getByRole('region', { name: 'Alerts that last' }).getByRole('button', { name: /^Silence 1 h/ }).first();
    await silence.waitFor();
    await aside(() => check(page, 'overview with an alert'));
    await click(silence);
    await page.getByText('silenced', { exact: true }).first().waitFor();
  });
  const [silence] = await silences();
  const minutes = (new Date(silence?.until).getTime() - Date.now()) / 60_000;
  if (silence?.state !== 'in_force' || silence.made_by !== 'ada' || !(minutes > 55 && minutes < 61)) faults.push(`the gateway holds another silence: ${JSON.stringify(silence)}`);
  await check(page, 'overview silenced');
});

await step('a silence is changed and ended where the alert stands', async () => {
  await page.goto(`${origin}/console/alerts`);
  await page.getByRole('button', { name: /^Change the silence/ }).first().click();
  await page.getByRole('dialog').getByLabel('Why').fill('announced');
  await page.getByRole('dialog').getByRole('combobox', { name: 'For' }).click();
  await page.getByRole('option', { name: '4 hours' }).click();
  await check(page, 'silence');
  await page.getByRole('dialog').getByRole('button', { name: 'Silence' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await until(async () => {
    const [now, before] = await silences();
    return now.state === 'in_force' && now.reason === 'announced' && before.state === 'ended';
  }, 'the longer silence has the place of the first');
  await page.reload();
  await page.getByRole('button', { name: /^End silence/ }).first().click();
  await page.getByRole('button', { name: /^Silence 1 h/ }).first().waitFor();
  if ((await silences()).some((silence) => silence.state === 'in_force')) faults.push('a silence that was ended is in force');
});

async function until(holds, what) {
  for (let turn = 0; turn < 50; turn++) {
    if (await holds()) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`not in five seconds: ${what}`);
}

await step('a connection is paused and resumed', async () => {
  await page.goto(`${origin}/console/routes/south-1`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await check(page, 'a question');
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

await step('somebody is invited, and reads only', async () => {
  const invitation = await invite(page, { origin, name: 'bob', role: /read only/ });
  const other = await pageOf(browser, faults);
  await choosePassword(other, invitation, PASSWORD, { button: 'Sign in', look: () => check(other, 'invitation') });
  if ((await other.getByRole('link', { name: 'Users' }).count()) > 0) faults.push('who reads only is shown the users');
  await other.context().close();
});

await browser.close();
process.exit(faults.length > 0 ? 1 : 0);
