// Walks through what is live: `node walk-live.mjs LINK [FOLDER]`, with the set-up link of a gateway that has traffic on the connections north-1 and south-1.
// Prints what it did; each fault is a line that begins with FAULT, and makes it end with 1. Where it prints "now: stop" and "now: start", whoever runs it ends
// the gateway and starts it anew, and says so with a line on standard input. With FOLDER it leaves a picture of every screen there.
import { createInterface } from 'node:readline';
import { begin, choosePassword, goByKeys, open, pageOf, seeAll } from './browser.mjs';

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const PASSWORD = 'four words for a test';
const LONG_MS = 90_000;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const walk = begin(folder);
const { faults, step, check, glance } = walk;
const browser = await open();
// The stream that breaks when the gateway ends, and what is asked of it meanwhile, are no faults.
const page = await pageOf(browser, faults);
let isGone = false;
page.on('console', () => {
  if (isGone) faults.splice(0, faults.length, ...faults.filter((fault) => !/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)/.test(fault)));
});

async function ask(what) {
  console.log(`now: ${what}`);
  await answers.next();
}

const figure = (of, label) => of.getByText(label, { exact: true }).locator('xpath=following-sibling::*[1]');
const text = async (of, label) => (await figure(of, label).innerText()).trim();
const today = async () => Number(/[\d,]+/.exec(await figure(page, 'Accepted a second').locator('xpath=following-sibling::*[1]').innerText())[0].replaceAll(',', ''));

await step('the first owner is made by the link', async () => {
  await choosePassword(page, link, PASSWORD, { name: 'ada', button: 'Make the owner' });
});

await step('the overview changes by itself, without being asked for', async () => {
  await page.getByText('live', { exact: true }).waitFor();
  const asked = [];
  const note = (request) => asked.push(new URL(request.url()).pathname);
  page.on('request', note);
  const before = await today();
  await page.waitForFunction(() => true);
  for (let i = 0; i < 60 && (await today()) <= before; i++) await page.waitForTimeout(500);
  if ((await today()) <= before) faults.push(`messages of today stay at ${before}`);
  page.off('request', note);
  for (const path of new Set(asked)) if (path === '/v1/overview' || path === '/v1/queues' || path === '/v1/health/countries') faults.push(`${path} was asked for`);
});

await step('charts are drawn, and told in words and as a table', async () => {
  const drawings = page.locator('[data-chart="drawn"]');
  // The first minute of a new gateway has to end.
  await page.getByRole('img', { name: /Chart of throughput/ }).waitFor({ timeout: LONG_MS });
  await page.getByRole('img', { name: /Map of the world/ }).waitFor();
  const inked = await drawings.evaluateAll((all) =>
    all.map((place) => {
      const canvas = place.querySelector('canvas');
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return pixels.some((value) => value !== 0);
    }),
  );
  if (inked.length !== 2 || inked.includes(false)) faults.push(`drawings: ${JSON.stringify(inked)}`);
  await page.getByRole('button', { name: 'As a table' }).click();
  await page.getByRole('region', { name: 'Figures of the chart' }).waitFor();
  await check(page, 'overview with a table');
  await page.getByText('Last day', { exact: true }).click();
  await page.waitForURL(/span=24h/);
  await page.getByText('Last hour', { exact: true }).click();
});

await step('a gateway that is gone is said, and comes back by itself', async () => {
  isGone = true;
  await ask('stop');
  await page.getByText('The gateway does not answer').waitFor();
  await page.getByText('not live', { exact: true }).waitFor();
  if ((await text(page, 'Accepted a second')) === '') faults.push('the figures are gone');
  await check(page, 'overview without a gateway');
  await ask('start');
  await page.getByText('live', { exact: true }).waitFor({ timeout: LONG_MS });
  await page.getByText('The gateway does not answer').waitFor({ state: 'detached' });
  isGone = false;
});

await step('an account that is made is offered for a test message, and not when it is disabled', async () => {
  const csrf = (await (await page.request.get(`${origin}/v1/console/session`)).json()).csrf_token;
  const post = async (path, data) => (await page.request.post(`${origin}${path}`, { data, headers: { 'Crosspoint-Csrf': csrf, Origin: origin } })).json();
  await post('/v1/accounts', { name: 'Corner shop', numbers: [{ number: '+15550002000' }] });
  const closed = await post('/v1/accounts', { name: 'Closed shop' });
  await post(`/v1/accounts/${closed.account_sid}/disable`, {});
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('heading', { name: 'Lab', level: 1 }).waitFor();
  const account = page.getByRole('combobox', { name: 'Account' });
  await account.click();
  const disabled = page.getByRole('option', { name: /Closed shop.*disabled/ });
  await disabled.waitFor();
  if ((await disabled.getAttribute('data-combobox-disabled')) !== 'true') faults.push('a disabled account can be chosen');
  await check(page, 'the accounts to choose from');
  await account.fill('5550002');
  await page.getByRole('option', { name: /Corner shop/ }).click();
  if ((await page.getByRole('combobox', { name: 'From' }).inputValue()) !== '+15550002000') faults.push('the sender is not of the account');
});

await step('a test message is sent and seen on its way to the handset', async () => {
  await goByKeys(page, 'l', 'lab');
  await page.getByRole('heading', { name: 'Lab', level: 1 }).waitFor();
  await page.getByRole('combobox', { name: 'From' }).fill('Shop');
  await page.getByRole('textbox', { name: /^To/ }).fill('0151');
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByRole('textbox', { name: /^To/ }).and(page.locator('[aria-invalid="true"]')).waitFor();
  await check(page, 'a number that is not right');
  await page.getByRole('textbox', { name: /^To/ }).fill('+49 151 1234 5678');
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByText('Accepted', { exact: true }).waitFor();
  await page.getByText('Delivered', { exact: true }).waitFor({ timeout: LONG_MS });
  await check(page, 'a test message');
  if (!/message=SM[0-9a-f]{32}/.test(page.url())) faults.push(`the address is ${page.url()}`);
  await page.reload();
  await page.getByText('Delivered', { exact: true }).waitFor();
});

await step('an experiment is begun, looked at and stopped', async () => {
  await page.getByRole('tab', { name: 'Experiments' }).click();
  await page.getByText('No experiment yet').waitFor();
  await page.getByRole('button', { name: 'New experiment' }).click();
  for (const kind of ['Latency', 'Throttling', 'Disconnect', 'Lost receipts', 'Errors']) {
    await page.getByRole('radio', { name: kind }).check();
    await glance(page, `the form of ${kind}`);
  }
  await page.getByRole('combobox', { name: 'Connection' }).click();
  await page.getByRole('option', { name: 'north-1' }).click();
  await page.getByLabel('Seconds').fill('600');
  await check(page, 'a new experiment');
  await page.getByRole('button', { name: 'Begin', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('heading', { name: 'Report of experiment 1' }).waitFor();
  await page.getByText('injecting').first().waitFor();
  for (let i = 0; i < 120 && (await text(page, 'Segments hit')) === '0'; i++) await page.waitForTimeout(500);
  if ((await text(page, 'Segments hit')) === '0') faults.push('nothing was hit');
  await check(page, 'an experiment');
  await page.getByRole('button', { name: 'Stop it' }).click();
  await page.getByText('The fault was ended by an operator.').waitFor();
  if ((await page.getByRole('button', { name: 'Stop it' }).count()) > 0) faults.push('it can be stopped again');
});

await step('a connection shows its history, and that of one network', async () => {
  await page.goto(`${origin}/console/routes/north-1`);
  // The first minute of a new gateway has to end.
  await page.getByRole('img', { name: /Chart of throughput/ }).waitFor({ timeout: LONG_MS });
  await page.getByRole('img', { name: /time to the answer/ }).waitFor();
  await page.getByRole('link', { name: /^262/ }).first().click();
  await page.waitForURL(/network=/);
  await page.getByRole('heading', { name: 'History' }).waitFor();
  // The first minute of a new gateway has to end.
  await page.getByRole('img', { name: /Chart of throughput/ }).waitFor({ timeout: LONG_MS });
  await check(page, 'a cell');
  await page.getByRole('button', { name: 'All countries' }).first().click();
});

await step('a rate is capped, and the cap is taken away', async () => {
  await page.getByRole('button', { name: 'Cap the rate' }).click();
  await page.getByLabel('Segments a second').fill('50');
  await check(page, 'the cap');
  await page.getByRole('button', { name: 'Cap it' }).click();
  await page.getByText('capped at 50 by an operator').waitFor();
  await page.getByRole('button', { name: 'Cap the rate' }).click();
  await page.getByRole('button', { name: 'Take the cap away' }).click();
  await page.getByText('capped at 50 by an operator').waitFor({ state: 'detached' });
});

const state = await page.context().storageState();
const message = await page.evaluate(async () => (await (await fetch('/v1/chaos')).json()).experiments.length);
if (message !== 1) faults.push(`${message} experiments are on record`);
await seeAll(browser, walk, {
  origin,
  state,
  screens: [
    ['overview', 'Overview', 'Germany'],
    ['routes/north-1', 'north-1', 'Germany'],
    ['lab', 'Lab', 'Nothing was sent yet'],
    ['lab?view=experiments', 'Lab', 'The fault ended'],
  ],
  ready: async (own, path) => {
    if (!path.startsWith('lab')) await own.locator('[data-chart="drawn"]').nth(1).waitFor();
  },
});

await browser.close();
process.exit(faults.length > 0 ? 1 : 0);
