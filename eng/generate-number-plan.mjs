// Makes the number plan table and the fixture that its tests use. Run with Node.js 20 or later:
//
//   npm install --prefix /tmp/number-plan libphonenumber-js@1.13
//   node eng/generate-number-plan.mjs /tmp/number-plan
//
// Writes src/Crosspoint.Sms/Numbers/number-plan.bin and tests/Crosspoint.Sms.Tests/Numbers/number-plan.csv, after it has read
// the table back and held it against the package's own answers. Output is the same for the same version of the package.
//
// The file, all numbers 16 bits, low octet first:
//   magic "NP" and version, number of countries, number of codes, length of the nodes;
//   countries: two ASCII letters each, entry 0 is "no country" (0x0000);
//   codes: calling code, offset of its first node, country that is main (the only one), first of the list for numbers;
//   nodes: see encodeNodes.

import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodePool, Patterns } from './number-plan-automaton.mjs';

const packages = process.argv[2];
if (!packages) {
  console.error('usage: npm install --prefix DIR libphonenumber-js@1.13 && node eng/generate-number-plan.mjs DIR');
  process.exit(2);
}
const require = createRequire(path.resolve(packages, 'node_modules', 'x.js'));
const metadata = require('libphonenumber-js/metadata.max.json');
const { parsePhoneNumberFromString } = require('libphonenumber-js/max');
const examples = require('libphonenumber-js/examples.mobile.json');
const packageVersion = require('libphonenumber-js/package.json').version;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const MAX_DIGITS = 15;
// Values of NumberType.
const TYPES = {
  MOBILE: 1, FIXED_LINE: 2, FIXED_LINE_OR_MOBILE: 3, TOLL_FREE: 4, PREMIUM_RATE: 5, SHARED_COST: 6,
  VOIP: 7, PERSONAL_NUMBER: 8, PAGER: 9, UAN: 10, VOICEMAIL: 11,
};
// Places of the types in the metadata, and the order in which the package asks for them.
const PLACES = {
  FIXED_LINE: 0, MOBILE: 1, TOLL_FREE: 2, PREMIUM_RATE: 3, PERSONAL_NUMBER: 4, VOICEMAIL: 5, UAN: 6, PAGER: 7, VOIP: 8, SHARED_COST: 9,
};
const ORDER = ['MOBILE', 'PREMIUM_RATE', 'TOLL_FREE', 'SHARED_COST', 'VOIP', 'PERSONAL_NUMBER', 'PAGER', 'UAN', 'VOICEMAIL'];

/** Adds a country's patterns and gives the function that tells the type from what matched. */
function typeRule(patterns, plan) {
  const general = patterns.add(plan[2]);
  const lengths = plan[3];
  const types = plan[11] || [];
  const rules = {};
  for (const [name, place] of Object.entries(PLACES)) {
    const type = types[place];
    if (type && type[0]) rules[name] = { pattern: patterns.add(type[0]), lengths: type[1] || lengths };
  }
  const mobile = types[PLACES.MOBILE];
  const is = (name, found, length) =>
    rules[name] !== undefined && rules[name].lengths.includes(length) && found.has(rules[name].pattern);
  return (found, length) => {
    if (!found.has(general)) return 0;
    if (is('FIXED_LINE', found, length)) {
      return !mobile || mobile[0] === '' || is('MOBILE', found, length) ? TYPES.FIXED_LINE_OR_MOBILE : TYPES.FIXED_LINE;
    }
    const name = ORDER.find((n) => is(n, found, length));
    return name === undefined ? 0 : TYPES[name];
  };
}

const countries = [''];
const codes = [];
const pool = new NodePool();
const sources = [
  ...Object.entries(metadata.country_calling_codes).map(([code, list]) => ({ code, list })),
  ...Object.keys(metadata.nonGeographic).map((code) => ({ code, list: [] })),
].sort((a, b) => Number(a.code) - Number(b.code));

for (const { code, list } of sources) {
  const patterns = new Patterns();
  const firstCountry = countries.length;
  countries.push(...list);
  const plans = list.length > 0 ? list.map((c) => metadata.countries[c]) : [metadata.nonGeographic[code]];
  const rules = plans.map((plan) => ({
    type: typeRule(patterns, plan),
    leading: list.length > 1 && plan[10] ? patterns.add(plan[10], true) : undefined,
  }));
  // Output: 0 = nothing to say; else 1 + type + 16 x (place of the country in the code's list).
  const rootNode = pool.build(patterns, MAX_DIGITS - code.length, (found, length) => {
    if (rules.length === 1) {
      const type = rules[0].type(found, length);
      return type === 0 ? 0 : 1 + type;
    }
    const place = rules.findIndex((r) => (r.leading !== undefined ? found.has(r.leading) : r.type(found, length) !== 0));
    return place < 0 ? 0 : 1 + rules[place].type(found, length) + 16 * place;
  });
  codes.push({ code: Number(code), rootNode, firstCountry: list.length > 0 ? firstCountry : 0, isAlone: list.length <= 1 });
}

/**
 * Nodes: a header, then the output if there is one, then one offset for each run of digits that lead to the same node.
 * Header: bit d (1 to 9) = digit d begins a new run, bit 10 = output follows, bit 11 = leaf without offsets.
 * Bit 12 = bits 0 to 3 give a number of digits that may be any; the one offset leads to the node after all of them.
 * Offset 0 leads nowhere.
 */
function encodeNodes() {
  const isAny = (node) => node.children && !node.output && node.children.every((c) => c !== 0 && c === node.children[0]);
  const skipFrom = (node) => {
    let count = 0;
    let id = pool.nodes.indexOf(node);
    for (; isAny(pool.nodes[id]); count++) id = pool.nodes[id].children[0];
    return { count, id };
  };
  const runsOf = (node) => node.children.filter((c, d) => d === 0 || c !== node.children[d - 1]);
  const offsets = new Array(pool.nodes.length);
  let next = 0;
  pool.nodes.forEach((node, id) => {
    offsets[id] = next;
    next += 1 + (node.output ? 1 : 0) + (node.children ? runsOf(node).length : 0);
  });
  if (next > 0xffff) throw new Error(`Nodes take ${next} words: offsets of 16 bits do not reach.`);
  const words = [];
  for (const node of pool.nodes) {
    let header = node.output ? 1 << 10 : 0;
    if (isAny(node)) {
      const { count, id } = skipFrom(node);
      words.push((1 << 12) | count, offsets[id]);
      continue;
    }
    if (node.children) {
      for (let d = 1; d < 10; d++) if (node.children[d] !== node.children[d - 1]) header |= 1 << d;
    } else {
      header |= 1 << 11;
    }
    words.push(header);
    if (node.output) words.push(node.output);
    if (node.children) words.push(...runsOf(node).map((c) => offsets[c]));
  }
  return { words, offsets };
}

const { words, offsets } = encodeNodes();
console.log(
  `libphonenumber-js ${packageVersion}: ${codes.length} codes, ${countries.length - 1} countries, `
  + `${pool.nodes.length} nodes, ${words.length} words`);

const file = Buffer.from(Uint16Array.from([
  0x504e, 2, countries.length, codes.length, words.length,
  ...countries.map((c) => (c ? c.charCodeAt(0) | (c.charCodeAt(1) << 8) : 0)),
  ...codes.flatMap((c) => [c.code, offsets[c.rootNode], c.isAlone ? c.firstCountry : 0, c.firstCountry]),
  ...words,
]).buffer);

/** Looks a number up in the bytes of the file, as the library does. */
function reader(bytes) {
  const all = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const [, , countryCount, codeCount] = all;
  const countryAt = 5;
  const codeAt = countryAt + countryCount;
  const nodes = all.subarray(codeAt + codeCount * 4);
  const byCode = new Map();
  for (let i = 0; i < codeCount; i++) byCode.set(String(all[codeAt + i * 4]), all.subarray(codeAt + i * 4 + 1, codeAt + i * 4 + 4));
  const country = (i) => (all[countryAt + i] ? String.fromCharCode(all[countryAt + i] & 0xff, all[countryAt + i] >> 8) : '');
  const ones = (mask) => mask.toString(2).replaceAll('0', '').length;
  return (digits) => {
    const code = [1, 2, 3].map((n) => digits.slice(0, n)).find((c) => byCode.has(c));
    if (!code) return { code: 0, country: '', type: 0 };
    const [start, alone, first] = byCode.get(code);
    const unknown = { code: Number(code), country: country(alone), type: 0 };
    let node = start;
    for (let at = code.length; at < digits.length; ) {
      const header = nodes[node];
      if (header & (1 << 11)) return unknown;
      if (header & (1 << 12)) {
        at += header & 15;
        if (at > digits.length) return unknown;
        node = nodes[node + 1];
        continue;
      }
      const run = ones(header & ((2 << Number(digits[at])) - 2));
      node = nodes[node + 1 + (header & (1 << 10) ? 1 : 0) + run];
      if (node === 0) return unknown;
      at++;
    }
    if (!(nodes[node] & (1 << 10))) return unknown;
    const output = nodes[node + 1] - 1;
    return { code: Number(code), country: first === 0 ? '' : country(first + (output >> 4)), type: output & 15 };
  };
}

// The same numbers every time.
let seed = 20240607;
function random(below) {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
}

/** A number that the automaton knows the way of, mostly a valid one; now and then a digit is changed. */
function walk(code) {
  let digits = String(code.code);
  let node = pool.nodes[code.rootNode];
  while (node.children && !(node.output && random(3) === 0)) {
    const open = node.children.map((_, d) => d).filter((d) => node.children[d] !== 0);
    const d = open[random(open.length)];
    digits += d;
    node = pool.nodes[node.children[d]];
  }
  if (random(5) === 0) {
    const at = digits.length - 1 - random(Math.min(6, digits.length - 3));
    digits = digits.slice(0, at) + random(10) + digits.slice(at + 1);
  }
  return digits;
}

function noise(code) {
  const length = 7 + random(MAX_DIGITS - 6);
  let digits = String(code ? code.code : 1 + random(999));
  while (digits.length < length) digits += random(10);
  return digits;
}

/** What the package says; undefined where it changes the number (national prefixes typed after the code). */
function answer(digits) {
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  if (!parsed) return { code: undefined, country: undefined, type: 0 };
  if (parsed.number !== `+${digits}`) return undefined;
  const type = parsed.getType();
  return { code: Number(parsed.countryCallingCode), country: parsed.country ?? '', type: type === undefined ? 0 : TYPES[type] };
}

const lookup = reader(file);
const tally = { asked: 0, equal: 0, skipped: 0 };
const differences = [];
function check(digits) {
  if (digits.length < 7 || digits.length > MAX_DIGITS) return undefined;
  const theirs = answer(digits);
  if (theirs === undefined) {
    tally.skipped++;
    return undefined;
  }
  const ours = lookup(digits);
  tally.asked++;
  const same = ours.type === theirs.type
    && (theirs.country === undefined || ours.country === theirs.country) && (theirs.code === undefined || ours.code === theirs.code);
  if (same) tally.equal++;
  else differences.push({ digits, ours, theirs });
  return theirs.code === undefined ? undefined : theirs;
}

const fixture = new Map();
const keep = (digits, theirs) => theirs && fixture.set(digits, theirs);
for (const [country, national] of Object.entries(examples)) {
  const digits = metadata.countries[country][0] + national;
  keep(digits, check(digits));
}
const PER_CODE = 1500;
for (const code of codes) {
  const wanted = 6 + 6 * (code.isAlone ? 1 : 8);
  const kinds = new Map();
  for (let i = 0; i < PER_CODE; i++) {
    const digits = i % 4 === 3 ? noise(code) : walk(code);
    const theirs = check(digits);
    if (!theirs) continue;
    // Two numbers of every country and type, then some of any kind.
    const kind = `${theirs.country}/${theirs.type}`;
    const seen = kinds.get(kind) ?? 0;
    kinds.set(kind, seen + 1);
    if (seen < 2 || (i < wanted && random(4) === 0)) keep(digits, theirs);
  }
}
for (let i = 0; i < 20000; i++) check(noise(undefined));

console.log(`table: ${file.length} octets`);
console.log(`held against the package: ${tally.asked} numbers, ${tally.equal} equal (${((100 * tally.equal) / tally.asked).toFixed(4)} %), `
  + `${tally.skipped} skipped because the package changes the number`);
for (const { digits, ours, theirs } of differences.slice(0, 20)) console.log(digits, 'ours', ours, 'package', theirs);
if (tally.equal / tally.asked < 0.9999) process.exit(1);

const names = Object.fromEntries(Object.entries({
  Mobile: 1, FixedLine: 2, FixedLineOrMobile: 3, TollFree: 4, PremiumRate: 5, SharedCost: 6, Voip: 7, PersonalNumber: 8, Pager: 9, Uan: 10,
  Voicemail: 11, Unknown: 0,
}).map(([name, value]) => [value, name]));
const rows = [...fixture].sort(([a], [b]) => (a < b ? -1 : 1)).map(([digits, t]) => `+${digits},${t.country},${t.code},${names[t.type]}`);
const numbers = path.join(root, 'src', 'Crosspoint.Sms', 'Numbers');
const tests = path.join(root, 'tests', 'Crosspoint.Sms.Tests', 'Numbers');
mkdirSync(tests, { recursive: true });
writeFileSync(path.join(numbers, 'number-plan.bin'), file);
writeFileSync(
  path.join(tests, 'number-plan.csv'),
  [`# libphonenumber-js ${packageVersion}: number, country, calling code, type. Made by eng/generate-number-plan.mjs.`, ...rows, '']
    .join('\n'));
console.log(`fixture: ${rows.length} numbers`);
