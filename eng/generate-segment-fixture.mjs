// Makes the fixture of segment counts. Run with Node.js 20 or later:
//
//   npm install --prefix /tmp/segments sms-segments-calculator@1.3
//   node eng/generate-segment-fixture.mjs /tmp/segments
//
// Writes tests/Crosspoint.Sms.Tests/Segments/segments.json: texts with the encoding and the number of segments that the package
// gives. Output is the same for the same version of the package.

import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = process.argv[2];
if (!packages) {
  console.error('usage: npm install --prefix DIR sms-segments-calculator@1.3 && node eng/generate-segment-fixture.mjs DIR');
  process.exit(2);
}
const require = createRequire(path.resolve(packages, 'node_modules', 'x.js'));
const { SegmentedMessage } = require('sms-segments-calculator');
const packageVersion = require('sms-segments-calculator/package.json').version;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const family = '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}';
const wave = '\u{1F44B}\u{1F3FD}';
const flag = '\u{1F1E9}\u{1F1EA}';
const texts = [''];

// Lengths at and around every limit.
for (const n of [1, 152, 153, 159, 160, 161, 305, 306, 307, 459, 460, 612, 613, 1530, 1531, 1600]) texts.push('a'.repeat(n));
for (const n of [1, 66, 67, 69, 70, 71, 133, 134, 135, 201, 202, 268, 269, 670, 671]) texts.push('ж'.repeat(n), '好'.repeat(n));
// The extension table at the cut, and all of it.
for (const n of [79, 80, 81, 153, 154]) texts.push('€'.repeat(n));
for (const n of [151, 152, 153, 157, 158, 159]) texts.push(`${'a'.repeat(n)}€bcdefghijklm`, `${'a'.repeat(n)}{}[]`);
for (const n of [303, 304, 305]) texts.push(`${'x'.repeat(152)}^${'y'.repeat(n - 152)}|z`);
texts.push('^{}\\[~]|€\f', '^{}\\[~]|€\f'.repeat(9));
// Pairs and clusters at the cut.
for (const n of [65, 66, 67, 68, 69, 70]) {
  const start = 'ж'.repeat(n);
  texts.push(`${start}\u{1F600} end`, `${start}${wave} end`, `${start}${flag} end`, `${start}e\u0301 end`, `${start}${family} end`);
}
for (const cluster of [family, wave, flag, 'e\u0301', '\u{1F600}', '\u2764\uFE0F', '1\uFE0F\u20E3', '\u1112\u1161\u11AB', 'g\u0308']) {
  for (const n of [12, 23, 34, 36, 70]) texts.push(cluster.repeat(n));
}
// Characters that are nearly GSM.
texts.push('ç', 'Ç', 'á', 'à', '`', '\t', '\u00A0', '“quoted”', 'ÄÖÜäöüßÑñ¿¡§', 'ΔΦΓΛΩΠΨΣΘΞ', 'Α');
texts.push('line\nline\r\nline', '\r\n'.repeat(80), '\r\n'.repeat(81));
texts.push(`${'ж'.repeat(66)}\r\nж`, `${'ж'.repeat(67)}\r\nжжж`);
// As people write.
texts.push(
  'Your verification code is 482913. It is valid for 10 minutes; do not share it with anyone.',
  'Reminder: your appointment with Dr. Müller is on 14.06. at 09:30. Reply C to confirm or X to cancel. '.repeat(2),
  'Ihre Bestellung Nr. 4711 wurde versandt. Verfolgen Sie sie hier: https://example.com/t/a1b2c3 – vielen Dank für Ihren Einkauf!',
  'Votre colis arrivera demain entre 8 h et 10 h. Merci de répondre « OUI » pour confirmer la livraison à l’adresse indiquée.',
  'Su código de acceso es 9921. Si no lo solicitó, ignore este mensaje. ¿Necesita ayuda? Llame al 900 123 456. Atención 24 h.',
  'O seu pedido está a caminho. Não responda a esta mensagem. Informações: https://example.com/pedido?id=12345&origem=sms',
  'Ваш код подтверждения: 5561. Никому не сообщайте его. Если вы не запрашивали код, просто проигнорируйте это сообщение.',
  '您的验证码是 338812，十分钟内有效。如非本人操作，请忽略本短信。感谢您的使用，祝您生活愉快！'.repeat(2),
  'ご注文ありがとうございます。商品は明日の午前中にお届け予定です。不在の場合は再配達をご依頼ください。'.repeat(2),
  'رمز التحقق الخاص بك هو 7712. لا تشاركه مع أي شخص. صالح لمدة عشر دقائق فقط. شكرا لاستخدامك خدماتنا.',
  'आपका सत्यापन कोड 4821 है। कृपया इसे किसी के साथ साझा न करें। यह दस मिनट के लिए मान्य है। धन्यवाद और शुभकामनाएँ।',
  'รหัสยืนยันของคุณคือ 5512 ใช้ได้ภายใน 10 นาที กรุณาอย่าเปิดเผยรหัสนี้แก่ผู้อื่น ขอบคุณที่ใช้บริการของเรา',
  `Happy birthday ${'\u{1F382}\u{1F389}'.repeat(20)} from all of us ${family}!`,
  `Party tonight ${wave} bring snacks ${flag} and friends. `.repeat(4));

const cases = [...new Set(texts)].map((text) => {
  const message = new SegmentedMessage(text);
  return { text, encoding: message.getEncodingName() === 'GSM-7' ? 'Gsm7' : 'Ucs2', segments: message.segmentsCount };
});
const out = path.join(root, 'tests', 'Crosspoint.Sms.Tests', 'Segments', 'segments.json');
// Escapes keep invisible characters visible in the file.
const ascii = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
writeFileSync(
  out,
  `{\n  "source": "sms-segments-calculator ${packageVersion}, by eng/generate-segment-fixture.mjs",\n  "cases": [\n    `
  + `${cases.map(ascii).join(',\n    ')}\n  ]\n}\n`);
console.log(`${cases.length} texts`);
