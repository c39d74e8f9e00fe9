// Runs Twilio's own SDK against a gateway. Prints "hooks PORT", reads one line of JSON (where everything is) from standard input, and
// prints one line of JSON for each step: {"step", "ok", "error"}. The steps build on each other, in this order.
import assert from 'node:assert/strict';
import http from 'node:http';
import readline from 'node:readline';
import twilio from 'twilio';

// The whole change that an application needs: requests for api.twilio.com go to the gateway.
class GatewayHttpClient extends twilio.RequestClient {
  constructor(gateway) {
    super();
    this.gateway = gateway;
  }

  request(options) {
    return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', this.gateway) });
  }
}

const hooks = []; // { url, params, signature }
const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const hook = {
    url: `http://${request.headers.host}${request.url}`,
    path: request.url,
    params: Object.fromEntries(new URLSearchParams(body)),
    signature: request.headers['x-twilio-signature'],
  };
  if (hook.path === '/inbound') {
    const reply = new twilio.twiml.MessagingResponse();
    reply.message(`You said: ${hook.params.Body}`);
    response.setHeader('Content-Type', 'text/xml');
    response.end(reply.toString());
  } else {
    response.end();
  }
  hooks.push(hook);
});
server.listen(0, '127.0.0.1');
await new Promise((listening) => server.on('listening', listening));
console.log(`hooks ${server.address().port}`);
const input = readline.createInterface({ input: process.stdin });
const place = JSON.parse(await new Promise((line) => input.once('line', line)));
input.close();

const callback = `http://127.0.0.1:${server.address().port}`;
const clientFor = (user, token, options = {}) => twilio(user, token, { httpClient: new GatewayHttpClient(place.gateway), ...options });
const client = clientFor(place.account, place.token);

const pause = (ms) => new Promise((over) => setTimeout(over, ms));
async function eventually(what, ask) {
  for (const until = Date.now() + 20_000; Date.now() < until; await pause(50)) {
    const found = await ask();
    if (found) return found;
  }
  throw new Error(`not in 20 s: ${what}`);
}
async function hook(what, fits) {
  return eventually(what, () => hooks.find(fits));
}
const statusOf = async (sid) => (await client.messages(sid).fetch()).status;
const control = async (method, path, body) => {
  const response = await fetch(place.simulator + path, { method, body: body && JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
};
async function fails(call, status, code) {
  const error = await call().then(() => assert.fail('it succeeded'), (e) => e);
  assert.equal(error.constructor.name, 'RestException', String(error));
  assert.deepEqual([error.status, error.code], [status, code], error.message);
  assert.match(error.moreInfo, new RegExp(`/${code}$`));
}

const steps = [];
const step = (name, run) => steps.push({ name, run });
let message;

step('create', async () => {
  const body = 'Hello, “world” €5 +1';
  const statusCallback = `${callback}/status?n=1&x=a%20b`;
  message = await client.messages.create({ to: '+306900000001', from: 'Crosspoint', body, statusCallback });
  assert.match(message.sid, /^SM[0-9a-f]{32}$/);
  assert.equal(message.accountSid, place.account);
  assert.equal(message.status, 'queued');
  assert.equal(message.direction, 'outbound-api');
  assert.equal(message.numSegments, '1');
  assert.equal(message.body, body);
  assert.equal(message.apiVersion, '2010-04-01');
  assert.equal(message.errorCode, null);
  assert.equal(message.messagingServiceSid, null);
  assert.ok(message.dateCreated instanceof Date && Math.abs(message.dateCreated - Date.now()) < 60_000, String(message.dateCreated));
  assert.equal(message.uri, `/2010-04-01/Accounts/${place.account}/Messages/${message.sid}.json`);
});
step('create with every option that works', async () => {
  const sent = await client.messages.create({
    to: '+306900000002',
    from: '+15550001000',
    body: 'It’s “smart”…',
    smartEncoded: true,
    validityPeriod: 600,
    provideFeedback: true,
    statusCallback: `${callback}/all`,
  });
  assert.equal(sent.body, `It's "smart"...`);
});
step('fetch', async () => {
  await eventually('delivered', async () => (await statusOf(message.sid)) === 'delivered');
  const fetched = await client.messages(message.sid).fetch();
  assert.equal(fetched.body, message.body);
  assert.equal(fetched.to, '+306900000001');
  assert.ok(fetched.dateSent instanceof Date);
  assert.ok(fetched.dateUpdated >= fetched.dateCreated);
  assert.ok(fetched.subresourceUris.media.endsWith('/Media.json'));
  const [phone] = (await control('GET', '/handsets/+306900000001/messages')).messages;
  assert.equal(phone.text, message.body);
});
step('status callbacks bear signatures that the SDK accepts', async () => {
  for (const status of ['sent', 'delivered']) {
    const got = await hook(`${status} callback`, (h) => h.params.MessageSid === message.sid && h.params.MessageStatus === status);
    assert.equal(got.url, `${callback}/status?n=1&x=a%20b`);
    assert.equal(got.params.SmsSid, message.sid);
    assert.equal(got.params.AccountSid, place.account);
    assert.ok(twilio.validateRequest(place.token, got.signature, got.url, got.params), 'signature');
    assert.ok(!twilio.validateRequest('another token', got.signature, got.url, got.params), 'signature of another token');
    assert.ok(!twilio.validateRequest(place.token, got.signature, got.url, { ...got.params, To: '+1' }), 'signature of other parameters');
  }
});
step('list by recipient, sender and day', async () => {
  const all = [];
  for (let n = 0; n < 25; n++) {
    const sent = await client.messages.create({ to: '+306900000100', from: n % 5 ? 'Crosspoint' : '+15550001000', body: `number ${n}` });
    all.push(sent.sid);
  }
  const list = (filter) => client.messages.list({ to: '+306900000100', ...filter });
  await eventually('all delivered', async () => (await list()).every((m) => m.status === 'delivered'));
  const newestFirst = all.toReversed();
  assert.deepEqual((await list()).map((m) => m.sid), newestFirst);
  assert.equal((await list({ from: '+15550001000' })).length, 5);
  assert.equal((await list({ limit: 7 })).length, 7);
  assert.equal((await list({ to: '+306900000999' })).length, 0);
  const day = 24 * 3600 * 1000;
  const now = Date.now();
  assert.equal((await list({ dateSentAfter: new Date(now - day), dateSentBefore: new Date(now + day) })).length, 25);
  assert.equal((await list({ dateSent: new Date(now - (now % day)) })).length, 25);
  assert.equal((await list({ dateSent: new Date(now - (now % day) - day) })).length, 0);
  assert.equal((await list({ dateSentBefore: new Date(now - day) })).length, 0);
  assert.equal((await list({ dateSentAfter: new Date(now + day) })).length, 0);
});
step('pages through each and pageSize', async () => {
  const seen = [];
  await new Promise((done, failed) =>
    client.messages.each({ to: '+306900000100', pageSize: 4, done: (error) => (error ? failed(error) : done()) }, (m) => seen.push(m.sid)));
  assert.equal(new Set(seen).size, 25);
  assert.equal(seen.length, 25);
  const first = await client.messages.page({ to: '+306900000100', pageSize: 10 });
  assert.equal(first.instances.length, 10);
  const second = await first.nextPage();
  const third = await second.nextPage();
  assert.equal(third.instances.length, 5);
  assert.equal(await third.nextPage(), undefined);
});
step('cancel a message that waits for its carrier', async () => {
  await control('POST', '/carriers/north/stop');
  await control('POST', '/carriers/north/disconnect');
  await eventually('the gateway sees that its carrier is gone', async () =>
    /^crosspoint_smpp_sessions\{.*"bound".*\} 0$/m.test(await (await fetch(`${place.gateway}/metrics`)).text()));
  const held = { to: '+306900000003', from: 'Crosspoint', body: 'Never sent', statusCallback: `${callback}/canceled` };
  const waits = await client.messages.create(held);
  const canceled = await client.messages(waits.sid).update({ status: 'canceled' });
  assert.equal(canceled.status, 'canceled');
  await control('POST', '/carriers/north/start');
  await fails(() => client.messages(waits.sid).update({ status: 'canceled' }), 409, 30409);
  await hook('canceled callback', (h) => h.params.MessageSid === waits.sid && h.params.MessageStatus === 'canceled');
  const after = await client.messages.create({ to: '+306900000003', from: 'Crosspoint', body: 'Sent' });
  await eventually('the next is delivered', async () => (await statusOf(after.sid)) === 'delivered');
  const texts = (await control('GET', '/handsets/+306900000003/messages')).messages.map((m) => m.text);
  assert.deepEqual(texts, ['Sent']);
});
step('redact', async () => {
  const redacted = await client.messages(message.sid).update({ body: '' });
  assert.equal(redacted.body, '');
  assert.equal((await client.messages(message.sid).fetch()).body, '');
});
step('feedback', async () => {
  const sent = await client.messages.create({ to: '+306900000004', from: 'Crosspoint', body: 'Your code is 12', provideFeedback: true });
  const feedback = await client.messages(sent.sid).feedback.create({ outcome: 'confirmed' });
  assert.equal(feedback.messageSid, sent.sid);
  assert.equal(feedback.outcome, 'confirmed');
  assert.ok(feedback.dateCreated instanceof Date);
});
step('media is an empty list', async () => {
  assert.deepEqual(await client.messages(message.sid).media.list(), []);
});
step('remove', async () => {
  assert.equal(await client.messages(message.sid).remove(), true);
  await fails(() => client.messages(message.sid).fetch(), 404, 20404);
});
step('errors are RestException with status and code', async () => {
  await fails(() => client.messages.create({ to: '12', from: 'Crosspoint', body: 'x' }), 400, 21211);
  await fails(() => client.messages.create({ to: '+306900000001', from: 'Crosspoint' }), 400, 21602);
  await fails(() => client.messages.create({ to: '+306900000001', body: 'x' }), 400, 21603);
  await fails(() => client.messages.create({ to: '+306900000001', from: 'Crosspoint', body: 'x'.repeat(1601) }), 400, 21617);
  await fails(() => client.messages.create({ to: '+306900000001', from: 'Crosspoint', body: 'x', statusCallback: 'nowhere' }), 400, 21609);
  await fails(() => clientFor(place.account, 'wrong').messages.list(), 401, 20003);
  await fails(() => client.messages(`SM${'0'.repeat(32)}`).fetch(), 404, 20404);
});
step('an inbound message bears a signature that the SDK accepts', async () => {
  await control('POST', '/carriers/north/inbound', { from: '+447700900001', to: '+15550001000', text: 'Où est ma commande? 📦' });
  const got = await hook('inbound message', (h) => h.path === '/inbound');
  assert.equal(got.params.Body, 'Où est ma commande? 📦');
  assert.equal(got.params.From, '+447700900001');
  assert.equal(got.params.To, '+15550001000');
  assert.equal(got.params.NumMedia, '0');
  assert.equal(got.params.SmsStatus, 'received');
  assert.ok(twilio.validateRequest(place.token, got.signature, got.url, got.params), 'signature');
  const kept = await client.messages(got.params.MessageSid).fetch();
  assert.equal(kept.direction, 'inbound');
  assert.equal(kept.status, 'received');
});
step('a reply in TwiML reaches the handset', async () => {
  const phone = await eventually('the reply', async () => (await control('GET', '/handsets/+447700900001/messages')).messages[0]);
  assert.equal(phone.text, 'You said: Où est ma commande? 📦');
  assert.equal(phone.from, '15550001000');
  const [reply] = await client.messages.list({ to: '+447700900001' });
  assert.equal(reply.direction, 'outbound-reply');
});
step('an API key works in place of the auth token', async () => {
  const withKey = clientFor(place.key, place.secret, { accountSid: place.account });
  const sent = await withKey.messages.create({ to: '+306900000005', from: 'Crosspoint', body: 'By key' });
  assert.equal((await withKey.messages(sent.sid).fetch()).sid, sent.sid);
});

for (const { name, run } of steps) {
  let error = null;
  await run().catch((e) => { error = e.stack ?? String(e); });
  console.log(JSON.stringify({ step: name, ok: error === null, error }));
}
server.close();
server.closeAllConnections();
process.exit(0);
