// Receives webhooks and checks their signatures with nothing but Node: native ones as Standard Webhooks, the others as Twilio's.
//   WEBHOOK_SECRET=whsec_… AUTH_TOKEN=… PORT=9001 node samples/webhook-receiver.mjs
// The secret is what GET /v1/webhooks/secret answers. Behind a proxy, set PUBLIC_URL to the address that senders use.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { WEBHOOK_SECRET = '', AUTH_TOKEN = '', PORT = '9001', PUBLIC_URL } = process.env;
const equal = (a, b = '') => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

function isStandard(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (Math.abs(Date.now() / 1000 - timestamp) > 300) return false; // an old one, sent again by somebody else
  const key = Buffer.from(WEBHOOK_SECRET.replace('whsec_', ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return signatures.split(' ').some((signature) => equal(expected, signature));
}

function isTwilio(headers, url, form) {
  const names = [...new Set(form.keys())].sort();
  const text = url + names.map((name) => name + form.get(name)).join('');
  return equal(createHmac('sha1', AUTH_TOKEN).update(text).digest('base64'), headers['x-twilio-signature']);
}

const server = createServer(async (request, response) => {
  request.setEncoding('utf8');
  let body = '';
  for await (const chunk of request) body += chunk;
  const isNative = 'webhook-id' in request.headers;
  const form = new URLSearchParams(isNative ? '' : body);
  const url = (PUBLIC_URL ?? `http://${request.headers.host}`) + request.url;
  if (!(isNative ? isStandard(request.headers, body) : isTwilio(request.headers, url, form))) {
    console.log(`refused: ${request.url} is not signed as it should be`);
    return response.writeHead(403).end();
  }
  const told = isNative ? JSON.parse(body) : { data: { id: form.get('MessageSid'), status: form.get('SmsStatus') } };
  for (const event of told.events ?? [told]) { // a list, where the endpoint asks for batches
    const { id = event.id, status = event.type } = event.data;
    console.log(`verified: ${isNative ? 'native' : 'twilio'} ${id} ${status}`);
  }
  return response.writeHead(204).end();
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
