// Walks through Routing and Rates as a person does: `node walk-routing.mjs LINK [FOLDER]`, with the set-up link of a gateway with the connections north-1 and
// south-1, over which messages went. Prints what it did; each fault is a line that begins with FAULT, and makes it end with 1. With FOLDER it leaves a picture of
// every screen there.
import { begin, choosePassword, goByKeys, invite, open, pageOf, seeAll, taskOf } from './browser.mjs';

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const PASSWORD = 'four words for a test';
const MOST_CLICKS = 7;
const PLAN = `# the plan of the house
default: [ north-1, south-1 ]
lists:
  - { name: spare, connections: [ south-1 ] }
rules:
  # codes are worth the money
  - name: german-codes
    match: { country: [ DE, AT ], class: otp }
    connections: [ north-1, south-1 ]
    attempts: 3
    within: 2m
  - name: germany
    match: { country: DE }
    connections: [ north-1, south-1 ]
    fallback: spare
  - name: campaigns
    match: { class: marketing, hours: { from: "08:00", to: "20:00", zone: Europe/Berlin } }
    connections: [ north-1, south-1 ]
    choose: split
    shares: [ 70, 30 ]
  - name: not-served
    match: { country: [ CU, KP ] }
    deny: { code: 30450, reason: not served }
registered_senders: [ { country: SG, senders: [ ACME ] } ]
`;
const SHEET = 'MCC;MNC;Price;Currency\n262;01;0,0710;EUR\n262;02;0,0695;EUR\n208;01;0,0420;EUR\n';

const walk = begin(folder);
const { faults, check, step } = walk;
const browser = await open();
const page = await pageOf(browser, faults);

const text = () => page.getByRole('textbox', { name: 'Text of the plan' });

await step('the plan of the file is there, and the key leads to it', async () => {
  await choosePassword(page, link, PASSWORD, { name: 'ada', button: 'Make the owner' });
  await goByKeys(page, 'p', 'routing');
  await page.getByRole('heading', { name: 'Routing', level: 1 }).waitFor();
  await page.getByText('by configuration file').waitFor();
});

await step('a plan is written as text: errors stand at their lines as one types', async () => {
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('tab', { name: /^Text/ }).click();
  await text().fill(PLAN.replace('fallback: spare', 'fallback: spear'));
  await page.getByText(/falls back to 'spear', which is no list/).first().waitFor();
  if ((await page.locator('.plan-lines > .error').first().textContent()) !== '15') faults.push('the error is not marked at its line');
  if (!(await page.getByRole('button', { name: 'Put into force' }).isDisabled())) faults.push('a plan with an error can be put into force');
  await check(page, 'routing/change?view=text');
  await text().fill(PLAN);
  await page.getByText('It can be put into force').waitFor();
  await page.getByRole('tab', { name: /What it changes/ }).click();
  await page.getByText(/Rule german-codes at place 1/).waitFor();
});

await step('it is stored as a draft, and put into force with a question', async () => {
  await page.getByRole('textbox', { name: 'Why' }).fill('rules of the house');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByText(/Stored as the draft 2/).first().waitFor();
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('Revision 2 of the plan is in force.').waitFor();
  await page.getByText('country is DE or AT').waitFor();
});

await step('a sheet is imported: bad rows are shown, columns mapped, what changes is seen before it holds', async () => {
  await page.goto(`${origin}/console/rates/north-1`);
  await page.getByRole('link', { name: 'Import a sheet' }).click();
  await page.getByLabel('Pasted sheet').fill(SHEET);
  await page.getByRole('button', { name: 'Look what it would change' }).click();
  await page.getByRole('region', { name: 'Rows that are not right' }).waitFor();
  await check(page, 'bad rows');
  await page.getByText('Told here').click();
  await page.getByLabel('Decimal sign').selectOption(',');
  await page.getByText('Save this for north-1').click();
  await page.getByRole('button', { name: 'Look what it would change' }).click();
  await page.getByRole('heading', { name: '3. What it would change' }).waitFor();
  await check(page, 'import');
  await page.getByRole('textbox', { name: 'Why' }).fill('January');
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('Revision 1 is in force.').waitFor();
  await page.getByText('3 prices now').waitFor();
});

await step('the next sheet is read as saved, stored for a date, activated, and rolled back', async () => {
  await page.getByRole('link', { name: 'Import a sheet' }).click();
  await page.getByLabel('Pasted sheet').fill(SHEET.replace('0,0710', '0,0820'));
  await page.getByText('decimal').waitFor();
  await page.getByRole('button', { name: 'Look what it would change' }).click();
  await page.getByText('0.0820 EUR').first().waitFor();
  await page.getByRole('button', { name: 'Store as a draft' }).click();
  await page.getByText('Stored as the draft 2.').waitFor();
  await page.getByRole('button', { name: 'More of revision 2' }).click();
  await page.getByRole('menuitem', { name: 'What it changes' }).click();
  await page.getByRole('heading', { name: 'What revision 2 changes' }).waitFor();
  await check(page, 'deck');
  await page.getByRole('button', { name: 'More of revision 2' }).click();
  await page.getByRole('menuitem', { name: 'Put into force' }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('they said so');
  await page.getByRole('dialog').getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('Revision 2 is in force.').waitFor();
  await page.getByRole('button', { name: 'More of revision 1' }).click();
  await page.getByRole('menuitem', { name: 'Roll back to it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('Revision 1 is in force again.').waitFor();
  await page.goto(`${origin}/console/rates?view=price`);
  await page.getByRole('textbox', { name: 'Number', exact: true }).fill('+4915112345678');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('0.071').first().waitFor();
});

await step('traffic is flipped with a rehearsal in few clicks from the sign-in page', async () => {
  const task = { origin, name: 'ada', password: PASSWORD, what: 'flip traffic, with a rehearsal', most: MOST_CLICKS };
  await taskOf(walk, page, task, async ({ click, aside }) => {
    await click(page.getByRole('link', { name: 'Routing' }));
    await click(page.getByRole('button', { name: 'Flip traffic' }));
    await click(page.getByRole('radiogroup', { name: 'From' }).getByLabel('north-1'));
    await click(page.getByRole('radiogroup', { name: 'To' }).getByLabel('south-1'));
    await aside(() => check(page, 'flip'));
    await click(page.getByRole('button', { name: 'Rehearse' }));
    await page.getByRole('region', { name: 'Before and after' }).waitFor();
    await page.getByRole('region', { name: 'What moves' }).getByText('south-1').first().waitFor();
    await page.getByText("rule 'germany': 'south-1' has the place of 'north-1'").waitFor();
    await aside(() => check(page, 'rehearsed'));
    await click(page.getByRole('button', { name: 'Put into force' }));
    await page.getByText('Revision 3 of the plan is in force.').waitFor();
  });
});

await step('rules are moved, switched off and changed where they stand', async () => {
  await page.getByRole('button', { name: 'Move rule not-served up' }).click();
  await page.getByText("rule 'not-served' stands at place 3").waitFor();
  await page.getByText('from place 4 to 3').waitFor();
  await page.getByRole('tab', { name: 'Rules' }).click();
  await page.getByRole('switch', { name: 'Rule campaigns is switched on' }).press('Space');
  await page.getByText("rule 'campaigns' is switched off").waitFor();
  await page.getByRole('button', { name: 'Move north-1 before south-1 in rule german-codes' }).click();
  await page.getByText("'north-1' stands at place 1 of rule 'german-codes'").waitFor();
  await page.getByRole('tab', { name: /^Text/ }).click();
  if (!(await text().inputValue()).includes('  # codes are worth the money\n  - name: german-codes')) faults.push('a comment is lost');
  await page.getByRole('tab', { name: 'Rules' }).click();
  await check(page, 'routing/change?view=rules');
});

await step('a change that is begun outlives a reload; somebody else was quicker, and it is told', async () => {
  await page.reload();
  await page.getByText(/campaigns/).first().waitFor();
  const other = await pageOf(browser, faults, { storageState: await page.context().storageState() });
  await other.goto(`${origin}/console/routing/revisions/2`);
  await other.getByRole('button', { name: 'Roll back to it' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await other.getByText('Revision 2 is in force again.').waitFor();
  await other.context().close();
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put into force' }).click();
  await page.getByRole('heading', { name: 'Somebody else was quicker' }).waitFor();
  await page.getByText(/Revision 2 was put into force by ada/).waitFor();
  await check(page, 'conflict');
  await page.getByRole('button', { name: 'Put mine over theirs' }).click();
  await page.getByText('Revision 4 of the plan is in force.').waitFor();
});

await step('a draft is compared, taken up again and deleted', async () => {
  await page.getByRole('button', { name: 'Move rule germany up' }).click();
  await page.getByText("rule 'germany' stands at place 1").waitFor();
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByText(/Stored as the draft 5/).first().waitFor();
  await page.goto(`${origin}/console/routing/revisions/5`);
  await page.getByText(/from place/).first().waitFor();
  await page.getByLabel('Against').selectOption('2');
  await page.getByText('against revision 2').waitFor();
  await page.getByRole('button', { name: 'Rehearse and put into force' }).click();
  await page.getByRole('button', { name: 'Rehearse', exact: true }).click();
  await page.getByRole('region', { name: 'Before and after' }).waitFor();
  await page.goto(`${origin}/console/routing/revisions/5`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The draft 5 is gone.').waitFor();
  await page.goto(`${origin}/console/routing/change`);
  await page.getByRole('button', { name: 'Throw away' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Throw away' }).click();
  await page.getByRole('heading', { name: 'Routing', level: 1 }).waitFor();
});

await step('where a number would go is told in words, with why the others are not taken', async () => {
  await page.getByRole('tab', { name: 'Where would it go?' }).click();
  await page.getByRole('textbox', { name: 'To', exact: true }).fill('+4915112345678');
  await page.getByRole('textbox', { name: 'From', exact: true }).fill('ACME');
  await page.getByLabel('Class').selectOption('otp');
  await page.getByRole('button', { name: 'Tell me' }).click();
  await page.getByText(/by rule 'german-codes'/).first().waitFor();
  await page.getByRole('region', { name: 'Connections' }).getByText('later in the plan').waitFor();
  await page.getByLabel('Class').selectOption('transactional');
  await page.getByRole('button', { name: 'Tell me' }).click();
  await page.getByText(/Rule 'german-codes' did not match/).waitFor();
  await page.getByRole('combobox', { name: 'Account' }).click();
  await page.getByRole('listbox').getByRole('option', { name: /AC0/ }).click();
  await page.getByRole('button', { name: 'Tell me' }).click();
  await page.waitForURL(/account=AC[0-9a-f]{32}/);
  await page.getByRole('textbox', { name: 'To', exact: true }).fill('nobody');
  await page.getByRole('button', { name: 'Tell me' }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
});

const state = await page.context().storageState();
const rehearsal = await page.evaluate(async () => (await (await fetch('/v1/routing/simulations')).json()).simulations[0].id);
await seeAll(browser, walk, {
  origin,
  state,
  screens: [
    ['routing', 'Routing', 'german-codes'],
    ['routing?view=revisions', 'Routing', 'ada'],
    ['routing?view=rehearsals', 'Routing', 'done'],
    ['routing?view=tester&to=%2B4915112345678&from=ACME&class=transactional', 'Routing', 'did not match'],
    ['routing?view=record', 'Routing', 'put into force'],
    ['routing/revisions/4', 'Revision 4', 'german-codes'],
    [`routing/rehearsals/${rehearsal}`, 'Rehearsal', 'Before and after'],
    ['routing/change', 'Change of the plan', 'No change is begun'],
    ['rates', 'Rates', 'north-1'],
    ['rates?view=price&to=%2B4915112345678', 'Rates', '0.071'],
    ['rates?view=record', 'Rates', 'rolled back'],
    ['rates/north-1', 'Deck of north-1', 'January'],
    ['rates/north-1/import', 'Import a sheet for north-1', '1. The sheet'],
  ],
});

await step('who reads only sees the plan and the rates, and nothing to act with', async () => {
  const invitation = await invite(page, { origin, name: 'bob', role: /read only/ });
  const other = await pageOf(browser, faults);
  await choosePassword(other, invitation, PASSWORD, { button: 'Sign in' });
  for (const [path, seen] of [['routing', 'german-codes'], ['routing/revisions/2', 'german-codes'], ['rates/north-1', 'January']]) {
    await other.goto(`${origin}/console/${path}`);
    await other.getByText(seen).first().waitFor();
    const buttons = await other.getByRole('main').getByRole('button', { name: /^(Change|Flip|Move|Roll|Put|Delete|Import|Swap)/ }).count();
    if (buttons + (await other.getByRole('main').getByRole('switch').count()) > 0) faults.push(`who reads only is shown buttons at ${path}`);
  }
  await other.context().close();
});

await browser.close();
process.exit(faults.length > 0 ? 1 : 0);
