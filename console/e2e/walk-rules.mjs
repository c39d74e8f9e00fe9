// Makes and changes rules by form, and rehearses with a sample: `node walk-rules.mjs LINK [FOLDER]`, with the set-up link of a gateway with the connections
// north-1 and south-1. Prints what it did; each fault is a line that begins with FAULT, and makes it end with 1. With FOLDER it leaves pictures there.
import { begin, choosePassword, invite, open, pageOf } from './browser.mjs';

const [link, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const PASSWORD = 'four words for a test';
const PLAN = `# the plan of the house
default: [ north-1, south-1 ]
lists:
  - { name: spare, connections: [ south-1 ] }
rules:
  # codes are worth the money
  - name: codes   # one-time codes
    match: { class: otp, metadata: { shop: blue } }   # of the blue shop
    connections:
      - north-1   # the good one
      - south-1
    attempts: 3
  - name: not-served
    match: { country: [ CU, KP ] }
    deny: { code: 30450, reason: not served }
`;

const walk = begin(folder);
const { faults, check, step } = walk;
const browser = await open();
const page = await pageOf(browser, faults);

const dialog = () => page.getByRole('dialog');
const words = () => dialog().getByRole('status', { name: 'The rule in words' });
const text = () => page.getByRole('textbox', { name: 'Text of the plan' });

async function choose(field, ...options) {
  await dialog().getByRole('combobox', { name: field }).click();
  for (const option of options) await page.getByRole('option', { name: option, exact: true }).click();
  await page.keyboard.press('Escape');
}

async function add(connection) {
  await dialog().getByRole('combobox', { name: /^Connections/ }).click();
  await page.getByRole('option', { name: connection, exact: true }).click();
}

async function planText() {
  await page.getByRole('tab', { name: /^Text/ }).click();
  const plan = await text().inputValue();
  await page.getByRole('tab', { name: 'Rules' }).click();
  return plan;
}

await step('the plan of the house is put into force', async () => {
  await choosePassword(page, link, PASSWORD, { name: 'ada', button: 'Make the owner' });
  await page.goto(`${origin}/console/routing`);
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('tab', { name: /^Text/ }).click();
  await text().fill(PLAN);
  await page.getByText('It can be put into force').waitFor();
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('Revision 2 of the plan is in force.').waitFor();
});

await step('a rule is made by form: it is told in words before it is added', async () => {
  await page.getByRole('button', { name: 'New rule' }).click();
  await words().getByText('It needs a name and a connection.').waitFor();
  await dialog().getByLabel('Name').fill('north of Europe');
  await dialog().getByRole('combobox', { name: 'Countries' }).fill('Norw');
  await page.getByRole('option', { name: 'Norway (NO)' }).click();
  await dialog().getByRole('combobox', { name: 'Countries' }).fill('Swed');
  await page.getByRole('option', { name: 'Sweden (SE)' }).click();
  await page.keyboard.press('Escape');
  await choose('Classes', 'marketing');
  await add('south-1');
  await add('north-1');
  await dialog().getByRole('combobox', { name: 'How one is chosen' }).selectOption('split');
  await dialog().getByLabel('Share of south-1').fill('70');
  await dialog().getByLabel('Share of north-1').fill('30');
  await dialog().getByLabel('Place').fill('2');
  await dialog().getByLabel('Place').press('Tab');
  await words().getByText(/When .*country is NO or SE.* it goes to south-1 \(70\.0\s%\) and north-1 \(30\.0\s%\)/).waitFor();
  await check(page, 'rule-new');
});

await step('what the gateway says of a field stands at the field', async () => {
  await dialog().getByLabel('No attempt after').fill('soon');
  await page.waitForFunction(() => document.querySelector('[role=dialog] [aria-invalid="true"]') !== null);
  const about = await dialog().locator('[aria-invalid="true"]').evaluate((input) => input.labels[0].textContent);
  if (!about.startsWith('No attempt after')) faults.push(`the error stands at ${about}`);
  if (!(await dialog().getByRole('button', { name: 'Add the rule' }).isDisabled())) faults.push('a rule with an error can be added');
  await check(page, 'rule-error');
  await dialog().getByLabel('No attempt after').fill('2m');
  await dialog().getByLabel('Name').fill('codes');
  await dialog().getByText(/There is a rule 'codes' already/).waitFor();
  await dialog().getByLabel('Name').fill('north of Europe');
  await words().getByText(/no attempt after 2m/).waitFor();
  await dialog().getByRole('button', { name: 'Add the rule' }).click();
  await page.getByText("Rule 'north of Europe' is new, at place 2").waitFor();
  await page.getByRole('tab', { name: 'Rules' }).click();
  const plan = await planText();
  if (!plan.includes('    attempts: 3\n  - name: north of Europe\n    match: { class: marketing, country: [ "NO", SE ] }\n    connections: [ south-1, north-1 ]\n')
    && !plan.includes('    attempts: 3\n  - name: north of Europe\n    match: { country: [ "NO", SE ], class: marketing }\n    connections: [ south-1, north-1 ]\n'))
    faults.push(`the rule stands otherwise: ${plan}`);
});

await step('a rule is changed by form: what the form does not know stays, and comments do', async () => {
  await page.getByRole('button', { name: 'Change rule codes' }).click();
  await dialog().getByText('match.metadata').waitFor();
  await choose('Accounts', 'test');
  await dialog().getByRole('button', { name: 'Move south-1 up' }).click();
  await dialog().getByLabel('Attempts at most').fill('2');
  await dialog().getByRole('combobox', { name: 'Then the list' }).click();
  await page.getByRole('option', { name: 'spare' }).click();
  await words().getByText(/metadata.*south-1, then north-1.*then list ‘spare’.*2 attempts at most/).waitFor();
  await check(page, 'rule-change');
  await dialog().getByRole('button', { name: 'Take over' }).click();
  await page.getByText(/Rule 'codes' has another/).waitFor();
  const plan = await planText();
  for (const part of ['# codes are worth the money\n  - name: codes   # one-time codes\n', 'metadata: { shop: blue }', '}   # of the blue shop\n', '      - south-1\n      - north-1   # the good one\n', '    attempts: 2\n', 'fallback: spare'])
    if (!plan.includes(part)) faults.push(`the text has lost: ${part}`);
});

await step('a rule is moved, switched off and made a denial by form; another is taken away', async () => {
  await page.getByRole('button', { name: 'Change rule north of Europe' }).click();
  await dialog().getByText('They are not sent').click();
  await dialog().getByLabel('Why').fill('closed for now');
  await dialog().getByRole('switch', { name: 'Switched on' }).press('Space');
  await dialog().getByLabel('Place').fill('1');
  await dialog().getByLabel('Place').press('Tab');
  await words().getByText(/it is not sent: closed for now .*It is switched off/).waitFor();
  await dialog().getByRole('button', { name: 'Take over' }).click();
  await page.getByText("Rule 'north of Europe' stands at place 1").waitFor();
  await page.getByRole('button', { name: 'Change rule not-served' }).click();
  await dialog().getByRole('button', { name: 'Take the rule away' }).click();
  await page.getByText("Rule 'not-served' is gone").waitFor();
  await page.getByRole('button', { name: 'Change rule not-served' }).waitFor({ state: 'detached' });
});

await step('a change is rehearsed with a list of numbers, whose bad rows are told', async () => {
  await page.getByRole('button', { name: 'Change rule codes' }).click();
  await dialog().getByRole('button', { name: 'Take south-1 away' }).click();
  await words().getByText(/it goes to north-1/).waitFor();
  await dialog().getByRole('button', { name: 'Leave it' }).click();
  await page.getByRole('switch', { name: 'Rule north of Europe is switched on' }).press('Space');
  await page.getByText("Rule 'north of Europe' is switched on").waitFor();
  await page.getByRole('tab', { name: /What it changes/ }).click();
  await page.getByText('A sample', { exact: true }).click();
  await page.getByLabel('Messages', { exact: true }).fill('+4712345678\nnobody\n\n+4915112345678\n');
  await page.getByLabel('Sender').fill('A?!');
  await page.getByRole('button', { name: 'Rehearse with the sample' }).click();
  await page.locator('[aria-invalid="true"]').waitFor();
  await page.getByLabel('Sender').fill('Shop');
  await page.getByRole('button', { name: 'Rehearse with the sample' }).click();
  await page.getByRole('region', { name: 'Rows that are not right' }).getByText('nobody').waitFor();
  await check(page, 'sample-bad');
});

await step('a change is rehearsed with a table: the same report, and a question before it is in force', async () => {
  await page.getByLabel('Messages', { exact: true }).fill('number\tclass\tcount\n+4740612345\tmarketing\t300\n+4915112345678\totp\t100\n');
  await page.getByRole('button', { name: 'Rehearse with the sample' }).click();
  await page.getByRole('region', { name: 'Before and after' }).waitFor();
  await page.getByText(/300 of 400 messages .*of a sample/).waitFor();
  await page.getByRole('region', { name: 'What moves' }).getByText('denied').waitFor();
  await check(page, 'sample-report');
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('It was rehearsed with a sample alone').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
});

await step('a file is rehearsed too', async () => {
  const rows = Array.from({ length: 20_000 }, (_, row) => `+4740${String(600_000 + row).padStart(6, '0')},Shop,marketing`);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose a file' }).click()]);
  await chooser.setFiles({ name: 'norway.csv', mimeType: 'text/csv', buffer: Buffer.from(`to,from,class\r\n${rows.join('\r\n')}\r\n`) });
  await page.getByText('norway.csv').waitFor();
  await page.getByRole('button', { name: 'Rehearse with the sample' }).click();
  await page.getByText(/20,000 of 20,000 messages/).waitFor();
  await page.getByRole('button', { name: 'Take it away' }).click();
});

await step('who reads only is shown no forms', async () => {
  const invitation = await invite(page, { origin, name: 'bob', role: /read only/ });
  const other = await pageOf(browser, faults);
  await choosePassword(other, invitation, PASSWORD, { button: 'Sign in' });
  await other.goto(`${origin}/console/routing`);
  await other.getByText('not-served').first().waitFor();
  if ((await other.getByRole('button', { name: /^(New rule|Change)/ }).count()) > 0) faults.push('who reads only is shown the form of rules');
  await other.context().close();
});

await browser.close();
process.exit(faults.length > 0 ? 1 : 0);
