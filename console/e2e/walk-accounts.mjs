// Walks through accounts, webhooks and settings as a person does: `node walk-accounts.mjs LINK [FOLDER]`, with the set-up link of a fresh gateway whose
// configuration has an account. Prints what it did; each fault is a line that begins with FAULT, and makes it end with 1. With FOLDER it leaves pictures there.
import { begin, choosePassword, goByKeys, invite, open, pageOf, seeAll } from './browser.mjs';

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const PASSWORD = 'four words for a test';
const walk = begin(folder);
const { faults, step, check } = walk;
const browser = await open();
const page = await pageOf(browser, faults);
let sid = '';
let secret = '';

const dialog = () => page.getByRole('dialog');

await choosePassword(page, link, PASSWORD, { name: 'ada', button: 'Make the owner' });

await step('an account is made, and its secrets are shown once', async () => {
  await goByKeys(page, 'c', 'accounts');
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'New account' }).click();
  await dialog().getByLabel('Name').fill('Corner shop');
  await dialog().getByRole('button', { name: 'Add a number' }).click();
  await dialog().getByLabel('Number 1').fill('+15550002000');
  await dialog().getByRole('button', { name: 'Add an endpoint' }).click();
  await dialog().getByLabel('URL 1', { exact: true }).fill('http://127.0.0.1:1/events');
  await check(page, 'new account');
  await dialog().getByRole('button', { name: 'Make the account' }).click();
  sid = await page.getByRole('textbox', { name: 'Account SID' }).inputValue();
  if (!/^AC[0-9a-f]{32}$/.test(sid)) faults.push(`the SID is ${sid}`);
  await check(page, 'secrets');
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('link', { name: 'Corner shop' }).click();
  await page.getByRole('heading', { name: 'Corner shop', level: 1 }).waitFor();
  await page.getByText('+15550002000').waitFor();
});

await step('a key is made, opens the account, and is revoked', async () => {
  await page.getByRole('tab', { name: 'Keys and secrets' }).click();
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog().getByLabel('What it is for').fill('billing job');
  await dialog().getByRole('button', { name: 'Make the key' }).click();
  secret = await page.getByRole('textbox', { name: 'Secret', exact: true }).inputValue();
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByText(`cpk_…${secret.slice(-4)}`).waitFor();
  const sent = await fetch(`${origin}/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ to: '+4915112345678', from: '+15550002000', body: 'Hello', callback_url: 'http://127.0.0.1:1/events' }),
  });
  if (sent.status !== 202) faults.push(`the key gets ${sent.status}: ${await sent.text()}`);
  await page.reload();
  await page.getByRole('button', { name: 'New key' }).click();
  await dialog().getByLabel('What it is for').fill('old laptop');
  await dialog().getByRole('button', { name: 'Make the key' }).click();
  const other = await page.getByRole('textbox', { name: 'Secret', exact: true }).inputValue();
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByRole('button', { name: 'Revoke old laptop' }).click();
  await dialog().getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('old laptop').waitFor({ state: 'detached' });
  const refused = await fetch(`${origin}/v1/messages`, { headers: { Authorization: `Bearer ${other}` } });
  if (refused.status !== 401) faults.push(`the revoked key gets ${refused.status}`);
});

await step('credentials for binds are made and changed', async () => {
  await page.getByRole('tab', { name: 'SMPP' }).click();
  await page.getByRole('button', { name: 'New credentials' }).click();
  await dialog().getByLabel('system_id').fill('shop');
  await dialog().getByLabel('Binds at once').fill('4');
  await check(page, 'credentials');
  await dialog().getByRole('button', { name: 'Make the credentials' }).click();
  if ((await page.getByRole('textbox', { name: 'Password' }).inputValue()).length !== 8) faults.push('the password is not of 8 characters');
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByText('0 of 4').waitFor();
  await page.getByRole('button', { name: 'Change shop' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await dialog().getByLabel('Binds at once').fill('7');
  await dialog().getByRole('button', { name: 'Put them into force' }).click();
  await page.getByText('0 of 7').waitFor();
});

await step('settings are changed, compared and taken back', async () => {
  await page.getByRole('button', { name: 'Change settings' }).click();
  await dialog().getByLabel('Weight').fill('5');
  await dialog().getByLabel('Note').fill('<b>bigger</b> share');
  await dialog().getByRole('button', { name: 'Put them into force' }).click();
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: 'Revisions' }).click();
  await page.getByText('<b>bigger</b> share').waitFor();
  await page.getByRole('button', { name: 'Compare revision 2' }).click();
  await page.getByText('"weight": "5"').waitFor();
  await check(page, 'difference');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Go back to revision 1' }).click();
  await dialog().getByRole('button', { name: 'Go back' }).click();
  await page.getByRole('button', { name: 'Go back to revision 2' }).waitFor();
});

await step('limits are set, hold at once over the API, and are taken back', async () => {
  const send = () =>
    fetch(`${origin}/v1/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ to: '+4915112345678', from: '+15550002000', body: 'Hello' }),
    });
  await page.getByRole('tab', { name: 'Settings' }).click();
  const limits = page.getByRole('region', { name: 'Limits' }).first();
  await limits.getByText('No limits').waitFor();
  await limits.getByRole('button', { name: 'Give it limits' }).click();
  await dialog().getByRole('radiogroup', { name: 'Segments a second' }).getByText('of its own').click();
  await dialog().getByRole('textbox', { name: 'A second' }).fill('0.5');
  await dialog().getByRole('textbox', { name: 'May wait' }).fill('soon');
  await dialog().getByRole('radiogroup', { name: 'Segments a day' }).getByText('of its own').click();
  await dialog().getByRole('textbox', { name: 'A day' }).fill('1');
  await dialog().getByRole('combobox', { name: 'Time zone' }).fill('Mars/Olympus');
  await dialog().getByRole('combobox', { name: 'When more come in' }).last().click();
  await page.getByRole('option', { name: 'answered “try later”' }).click();
  await dialog().getByRole('button', { name: 'Put them into force' }).click();
  await dialog().locator('[aria-invalid="true"]').nth(1).waitFor();
  await dialog().getByText("is 'soon'; expected a duration").waitFor();
  await dialog().getByText("is 'Mars/Olympus'; expected a time zone").waitFor();
  await check(page, 'limits that are not right');
  await dialog().getByRole('textbox', { name: 'May wait' }).fill('4h');
  await dialog().getByRole('combobox', { name: 'Time zone' }).fill('UTC');
  await dialog().getByLabel('Note').fill('a trial');
  await dialog().getByRole('button', { name: 'Put them into force' }).click();
  await dialog().waitFor({ state: 'detached' });
  await limits.getByText('0.5 a second').waitFor();
  await limits.getByText('0 of 1', { exact: true }).waitFor();
  const [taken, refused] = [await send(), await send()];
  if (taken.status !== 202 || refused.status !== 429) faults.push(`with a cap of one a day: ${taken.status}, then ${refused.status}`);
  if (!(await refused.text()).includes('The 1 segments a day of limit')) faults.push('the refusal does not say why');
  await limits.getByText('1 of 1', { exact: true }).waitFor();
  await limits.getByRole('button', { name: 'Change limits' }).click();
  await dialog().getByRole('radiogroup', { name: 'Segments a day' }).getByText('no cap').click();
  await dialog().getByRole('button', { name: 'Put them into force' }).click();
  await limits.getByText('No cap a day').waitFor();
  const free = await send();
  if (free.status !== 202) faults.push(`without a cap a day: ${free.status}`);
  await limits.getByRole('button', { name: 'Back to default' }).click();
  await dialog().getByRole('button', { name: 'Back to default' }).click();
  await limits.getByText('No limits').waitFor();
  await page.getByRole('tab', { name: 'Revisions' }).click();
  await page.getByText('a trial').waitFor();
  await page.getByText('limits back to default').waitFor();
});

await step('traffic is paused and resumed, and the account disabled and enabled', async () => {
  await page.getByRole('button', { name: 'Pause traffic' }).click();
  await dialog().getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume traffic' }).click();
  await page.getByRole('button', { name: 'Pause traffic' }).waitFor();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await check(page, 'menu of an account');
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await dialog().getByRole('button', { name: 'Disable' }).click();
  await page.getByText('disabled', { exact: true }).waitFor();
  const refused = await fetch(`${origin}/v1/messages`, { headers: { Authorization: `Bearer ${secret}` } });
  if (refused.status !== 401) faults.push(`a key of a disabled account gets ${refused.status}`);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Enable' }).click();
  await page.getByText('enabled', { exact: true }).waitFor();
});

await step('webhooks are tested, switched off, enabled and replayed', async () => {
  await goByKeys(page, 'w', 'webhooks');
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
  await page.goto(`${origin}/console/webhooks?account=${sid}`);
  await page.getByText('http://127.0.0.1:1/events').first().waitFor();
  await page.getByRole('button', { name: 'Change http://127.0.0.1:1/events' }).click();
  await page.getByRole('menuitem', { name: 'Send a test' }).click();
  await dialog().getByRole('button', { name: 'Send' }).click();
  await page.getByText('The receiver did not take it').waitFor();
  await check(page, 'test of a webhook');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Change http://127.0.0.1:1/events' }).click();
  await page.getByRole('menuitem', { name: 'Switch off' }).click();
  await dialog().getByRole('button', { name: 'Switch off' }).click();
  await page.getByText('disabled', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Change http://127.0.0.1:1/events' }).click();
  await page.getByRole('menuitem', { name: 'Enable' }).click();
  await page.getByText('disabled', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await dialog().getByLabel('Endpoint').fill('http://127.0.0.1:1/events');
  await dialog().getByRole('button', { name: 'Replay' }).click();
  await page.getByText(/No webhook of|Sent again/).waitFor();
  await page.getByRole('tab', { name: 'Delivery log' }).click();
  await page.getByRole('button', { name: /^Tries of/ }).first().click();
  await check(page, 'webhooks?view=log with tries');
});

await step('a change goes through although the session was renewed in another tab', async () => {
  const other = await page.context().newPage();
  await other.goto(`${origin}/console/sign-in`);
  const renewed = await other.evaluate(async (password) => {
    const answer = await fetch('/v1/console/sign-in', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'ada', password }) });
    return answer.status;
  }, PASSWORD);
  if (renewed !== 200) faults.push(`the other tab gets ${renewed}`);
  await other.close();
  await page.getByRole('link', { name: 'Routes' }).click();
  await page.getByRole('link', { name: 'north-1' }).first().click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await dialog().getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await dialog().getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

await step('the record tells who did it', async () => {
  await goByKeys(page, 's', 'settings');
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  await page.getByRole('tab', { name: 'Audit log' }).click();
  await page.getByText("'old laptop' revoked").first().waitFor();
  const log = page.getByRole('region', { name: 'Audit log' });
  await log.getByRole('row', { name: /ada switched off Webhooks of/ }).waitFor();
  await log.getByRole('row', { name: /ada paused Traffic of/ }).waitFor();
  await page.getByRole('combobox', { name: 'Kind' }).click();
  await page.getByRole('option', { name: 'Connections' }).click();
  await page.getByText("'old laptop' revoked").waitFor({ state: 'detached' });
  const lines = await log.getByRole('row').allInnerTexts();
  const told = lines.slice(1).map((line) => /ada\s+(\w+)\s+Connection north-1/.exec(line)?.[1]);
  if (told.join(' ') !== 'resumed paused') faults.push(`on record of the connection: ${lines.join(' | ')}`);
  await check(page, 'audit log of connections');
  await page.getByLabel('Who').fill('nobody');
  await page.getByText('Nothing on record').waitFor();
  await page.getByLabel('Who').fill('ada');
  await log.getByRole('link', { name: 'north-1' }).first().click();
  await page.getByRole('heading', { name: 'north-1', level: 1 }).waitFor();
});

await step('a screen that is left open says that nobody is there', async () => {
  const left = await pageOf(browser, faults, { storageState: await page.context().storageState() });
  await left.clock.install();
  await left.goto(`${origin}/console/incidents`);
  await left.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor();
  const isBackground = (request) => request.url().includes('/v1/incidents') && request.headers()['crosspoint-background'] === '1';
  const poll = left.waitForRequest(isBackground);
  await left.clock.fastForward('02:00');
  await poll;
  await left.keyboard.press('Shift');
  const back = left.waitForRequest((request) => request.url().includes('/v1/incidents') && !isBackground(request));
  await left.clock.fastForward('00:10');
  await back;
  await left.context().close();
});

await seeAll(browser, walk, { origin, state: await page.context().storageState(), screens: [
  ['accounts', 'Accounts', 'Corner shop'],
  [`accounts/${sid}`, 'Corner shop', '+15550002000'],
  [`accounts/${sid}?view=keys`, 'Corner shop', 'billing job'],
  [`accounts/${sid}?view=smpp`, 'Corner shop', '0 of 7'],
  [`accounts/${sid}?view=revisions`, 'Corner shop', 'Compare'],
  [`webhooks?account=${sid}`, 'Webhooks', '127.0.0.1'],
  [`webhooks?account=${sid}&view=log`, 'Webhooks', 'Delivery log'],
  ['settings', 'Settings', 'Routing plan'],
  ['settings?kind=routing&name=plan', 'Settings', 'Compare'],
  ['settings?view=audit', 'Settings', 'ada'],
  ['settings?view=audit&kind=connections', 'Settings', 'paused'],
] });

await step('a customer sees the keys and the webhooks of its account, and nothing of others', async () => {
  const invitation = await invite(page, { origin, name: 'carl', role: /^customer/, account: sid });
  const other = await pageOf(browser, faults);
  await choosePassword(other, invitation, PASSWORD, { button: 'Sign in', start: 'Messages' });
  await other.getByRole('link', { name: 'Webhooks' }).click();
  await other.getByText('http://127.0.0.1:1/events').first().waitFor();
  await other.getByRole('tab', { name: 'API keys' }).click();
  await other.getByText('billing job').waitFor();
  await check(other, 'webhooks?view=keys');
  if ((await other.getByRole('button', { name: /Revoke|New key/ }).count()) > 0) faults.push('a customer is offered to change keys');
  if ((await other.getByRole('link', { name: 'Accounts' }).count()) > 0) faults.push('a customer is shown the accounts');
  await other.context().close();
});

await browser.close();
process.exit(faults.length > 0 ? 1 : 0);
