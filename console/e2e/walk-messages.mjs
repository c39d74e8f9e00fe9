// Walks through Messages as a person does: `node walk-messages.mjs LINK [FOLDER]`, with the set-up link of a gateway with the account of the tests, whose
// connections north-1 and south-1 refuse numbers that begin with 49152 as invalid, and whose north-1 reports those that begin with 49157 as not delivered. Prints
// what it did; each fault is a line that begins with FAULT, and makes it end with 1. With FOLDER it leaves a picture of every screen there.
import { createServer } from 'node:http';
import { begin, choosePassword, goByKeys, invite, open, pageOf, seeAll, taskOf } from './browser.mjs';

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const PASSWORD = 'four words for a test';
const ACCOUNT = 'AC00000000000000000000000000000001';
const TOKEN = '0123456789abcdef0123456789abcdef';
const REFUSED = '+491520000001';
const LOST = '+491570000002';
const FINE = '+491510000003';

// From the sign-in page to the reason. Typing and Enter are no clicks.
const MOST_CLICKS = 3;

const walk = begin(folder);
const { faults, check, step } = walk;
const browser = await open();
const page = await pageOf(browser, faults);

// Each webhook is taken at the second try.
const seen = new Set();
const hook = createServer((request, response) => {
  const id = request.headers['webhook-id'];
  response.writeHead(seen.has(id) ? 204 : 500).end();
  seen.add(id);
  request.resume();
});
await new Promise((ready) => hook.listen(0, '127.0.0.1', ready));
const callback = `http://127.0.0.1:${hook.address().port}/status`;

async function call(method, path, body) {
  const response = await fetch(origin + path, {
    method,
    headers: { Authorization: `Basic ${btoa(`${ACCOUNT}:${TOKEN}`)}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const send = (to, more = {}) => call('POST', '/v1/messages', { to, from: 'Shop', body: 'Your code is 123456.', class: 'otp', ...more });

async function until(id, status) {
  for (let turn = 0; turn < 100; turn++) {
    const message = await call('GET', `/v1/messages/${id}`);
    if (message.status === status) return message;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`${id} is not ${status}`);
}

const search = (of = page) => of.getByRole('combobox', { name: 'Search for messages' });
const heading = (name, of = page) => of.getByRole('heading', { name, level: 1 }).waitFor();
const rows = (of = page) => of.getByRole('region', { name: 'Messages' }).locator('tbody tr');

async function find(text, expected) {
  await page.goto(`${origin}/console/messages`);
  await search().fill(text);
  await search().press('Enter');
  await rows().first().waitFor();
  await page.waitForFunction((most) => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === most, expected);
}

const failed = await send(REFUSED, { tags: ['login'], reference: 'order-1', callback_url: callback });
const lost = await send(LOST);
const fine = await send(FINE, { callback_url: callback });
const later = await send(FINE, { send_at: new Date(Date.now() + 3_600_000).toISOString() });
for (let number = 0; number < 110; number++) await send(`+4915111${String(number).padStart(5, '0')}`, { class: 'marketing', tags: ['spring'] });
await until(failed.id, 'failed');
await until(lost.id, 'undelivered');
await until(fine.id, 'delivered');

await step('the first owner comes to the messages by the keys', async () => {
  await choosePassword(page, link, PASSWORD, { name: 'ada', button: 'Make the owner' });
  await goByKeys(page, 'm', 'messages');
  await heading('Messages');
  await rows().first().waitFor();
});

await step(`why a message failed is found from the sign-in page in at most ${MOST_CLICKS} clicks`, async () => {
  const task = { origin, name: 'ada', password: PASSWORD, what: 'find out why a message failed', most: MOST_CLICKS };
  await taskOf(walk, page, task, async ({ click }) => {
    await heading('Overview');
    await page.keyboard.press('/');
    await heading('Messages');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Search for messages');
    await page.keyboard.type(REFUSED);
    await page.keyboard.press('Enter');
    await click(page.getByRole('link', { name: REFUSED }).first());
    await page.getByText('Why it failed').waitFor();
    await page.getByText(/south-1 answered ESME_RINVDSTADR\. The vendor does not accept the number/).waitFor();
  });
});

await step('one field finds by number, tag, error code, carrier’s id and id', async () => {
  const timeline = await call('GET', `/v1/messages/${fine.id}/events`);
  await find(REFUSED, 1);
  await find('login', 1);
  await find('30005', 1);

  // What looks like a number is taken for one first: the list of meanings has the others.
  await page.goto(`${origin}/console/messages`);
  await search().fill(timeline.segments[0].vendor_id);
  await page.getByRole('option', { name: /Carrier/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === 1);
  await search().fill(lost.id);
  await search().press('Enter');
  await heading(`To ${LOST}`);
  await page.getByText('Why it did not arrive').waitFor();
  await page.getByText(/north-1 sent the receipt UNDELIV/).waitFor();
});

await step('filters are chips, and the address holds them', async () => {
  await page.goto(`${origin}/console/messages`);
  await page.getByText('Failed', { exact: true }).click();
  await page.getByText('Undelivered', { exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === 2);
  await page.getByText('One-time codes').click();
  await page.getByRole('combobox', { name: 'Time' }).click();
  await page.getByRole('option', { name: 'Last hour' }).click();
  await page.waitForURL(/status=failed%2Cundelivered.*class=otp.*since=1h/);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === 2);
  await check(page, 'filters');
  await page.getByRole('button', { name: 'Clear all' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === 50);
  await page.getByRole('button', { name: 'Older messages' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === 100);
  await page.getByRole('button', { name: 'spring: only this tag' }).first().click();
  await page.waitForURL(/tag=spring/);
  await page.getByRole('button', { name: 'Without Tag' }).click();
  await page.goto(`${origin}/console/messages?tag=nobody-has-it`);
  await page.getByText('No message has all that is asked for').waitFor();
});

await step('what was found is exported', async () => {
  await page.goto(`${origin}/console/messages?tag=spring`);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()]);
  const stream = await file.createReadStream();
  let text = '';
  for await (const part of stream) text += part;
  if (text.trim().split('\r\n').length !== 111) faults.push(`the export has ${text.trim().split('\r\n').length} lines`);
});

const state = await page.context().storageState();
await seeAll(browser, walk, {
  origin,
  state,
  screens: [
    ['messages', 'Messages', 'spring'],
    ['messages?status=failed,undelivered&since=24h', 'Messages', '30005'],
    ['messages?tag=nobody-has-it', 'Messages', 'No message has all'],
    [`messages/${failed.id}`, `To ${REFUSED}`, 'Why it failed'],
    [`messages/${fine.id}`, `To ${FINE}`, 'DELIVRD'],
    ['messages/SM00000000000070008000000000000000', 'Message', 'There is no such message'],
  ],
});

await step('a message that failed is sent again, and both name each other', async () => {
  await page.goto(`${origin}/console/messages/${lost.id}`);
  await page.getByRole('button', { name: 'Send again' }).click();
  await check(page, 'send again');
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
  await page.getByText('Sent again for').waitFor();
  await page.getByRole('link', { name: lost.id }).first().click();
  await page.getByText('Sent again', { exact: true }).waitFor();
  await page.getByRole('cell', { name: 'sent it again' }).waitFor();
  await page.getByRole('cell', { name: 'ada' }).waitFor();
});

await step('a webhook that was given up, or taken, is sent again', async () => {
  await page.goto(`${origin}/console/messages/${fine.id}`);
  const table = page.getByRole('region', { name: 'Webhooks' });
  await table.getByText('HTTP 500').first().waitFor();
  await table.getByRole('button', { name: /Replay/ }).first().waitFor();
  await check(page, 'webhooks');
  await table.getByRole('button', { name: /Replay/ }).first().click();
  await page.getByText('The webhook is sent again.').waitFor();
});

await step('a message that waits is canceled, and the text of one that ended is removed', async () => {
  await page.goto(`${origin}/console/messages/${later.id}`);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the message' }).click();
  await page.getByText('It is canceled.').waitFor();
  await page.getByText('by the operator').first().waitFor();
  await page.goto(`${origin}/console/messages/${failed.id}`);
  await page.getByText('Your code is 123456.').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Remove the text' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the text' }).click();
  await page.getByText('The text was removed.').waitFor();
  if ((await page.getByRole('button', { name: 'Send again', exact: true }).count()) > 0) faults.push('what has no text can be sent again');
});

async function enter(name, role, start, account) {
  const other = await pageOf(browser, faults);
  await choosePassword(other, await invite(page, { origin, name, role, account }), PASSWORD, { button: 'Sign in', start });
  return other;
}

await step('who may not see numbers sees masked ones, and searches by none', async () => {
  const other = await enter('bob', /read only/, 'Overview');
  await other.goto(`${origin}/console/messages`);
  await rows(other).first().waitFor();
  if ((await other.getByText(FINE).count()) > 0) faults.push('a number is shown whole');
  await search(other).fill(REFUSED);
  if ((await other.getByRole('option', { name: /Recipient|Sender/ }).count()) > 0) faults.push('numbers are offered to who may not see them');
  await other.goto(`${origin}/console/messages/${fine.id}`);
  await other.getByText('Your role does not show texts').waitFor();
  if ((await other.getByRole('button', { name: /Send again|More|Cancel|Replay/ }).count()) > 0) faults.push('who reads only may change');
  await check(other, 'masked');
  await other.goto(`${origin}/console/messages?to=${encodeURIComponent(FINE)}`);
  await other.getByText('only by roles that see numbers').waitFor();
  await other.context().close();
});

await step('a customer begins at the messages of their account', async () => {
  const other = await enter('carl', /customer/, 'Messages', ACCOUNT);
  await rows(other).first().waitFor();
  if ((await other.getByRole('columnheader', { name: 'Account' }).count()) > 0) faults.push('a customer is shown accounts');
  await search(other).fill(FINE);
  await search(other).press('Enter');
  await other.waitForFunction(() => document.querySelectorAll('[aria-label="Messages"] tbody tr').length === 2);
  await other.getByRole('link', { name: FINE }).last().click();
  await other.getByText('Your code is 123456.').waitFor();
  await check(other, 'customer');
  await other.context().close();
});

hook.close();
await browser.close();
process.exit(faults.length > 0 ? 1 : 0);
