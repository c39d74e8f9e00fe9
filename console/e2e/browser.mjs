import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const AXE = readFileSync(fileURLToPath(new URL('../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PATIENCE_MS = 30_000;

/** Debian's Chromium; background traffic is off, as a closed network would refuse it. */
export async function open() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page whose errors, and refusals of the content security policy, are faults of the run. */
export async function pageOf(browser, faults, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error in the page: ${error.stack?.split('\n').slice(0, 4).join(' ') ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (400|401|403|404|409)/.test(message.text())) faults.push(`console: ${message.text()}`);
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

/** A run of steps: prints what it did; each fault is a line that begins with FAULT. */
export function steps(faults) {
  return async function step(what, work) {
    const before = faults.length;
    try {
      await work();
    } catch (error) {
      faults.push(`${what}: ${error.message}`);
    }
    for (const fault of faults.slice(before)) console.log(`FAULT ${fault}`);
    console.log(`${faults.length === before ? 'ok' : 'not ok'}: ${what}`);
  };
}
