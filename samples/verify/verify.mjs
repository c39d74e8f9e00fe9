// Checks the signature of a native webhook with nothing but Node:
//   SECRET=whsec_… node samples/verify/verify.mjs ID TIMESTAMP SIGNATURES < body
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';

export function isGenuine(secret, id, timestamp, signatures, body, now = Date.now() / 1000) {
  if (!(Math.abs(now - Number(timestamp)) <= 300)) return false; // an old one, sent again by somebody else
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64');
    return one.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const [id, timestamp, signatures] = process.argv.slice(2);
console.log(isGenuine(process.env.SECRET, id, timestamp, signatures, readFileSync(0)) ? 'genuine' : 'forged');
