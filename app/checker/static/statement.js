// Reads and checks the signed statements of certificates, and the list of those that count no more:
// docs/certificate-statement.md, and nothing beside it. It needs no network and no page.
const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-+$/:', LEVELS = ['', 'beginner', 'intermediate', 'advanced'];
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz', SLOTS = 131072;
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const TEXTS = ['issuer', 'name', 'name_ar', 'title', 'title_ar', 'center', 'center_ar', 'sponsor', 'sponsor_ar'];
const encode = (text) => new TextEncoder().encode(text);
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const refuse = (why) => { throw new RangeError(why); };

// The bytes of a text; three signs are two bytes, two at the end are one.
export function bytesOf(text) {
  if (text.length % 3 === 1 || text.length > 3600) refuse('length');
  const found = [];
  for (let at = 0; at < text.length; at += 3) {
    const places = [...text.slice(at, at + 3)].map((sign) => SIGNS.indexOf(sign));
    const number = places.reduceRight((sum, place) => (place < 0 ? NaN : sum * 41 + place), 0);
    const size = places.length - 1;
    if (!(number < 256 ** size)) refuse('sign');
    if (size === 2) found.push(number >> 8);
    found.push(number & 255);
  }
  return Uint8Array.from(found);
}

// What a text says, and its two parts: what was signed, and the signature.
export function read(text) {
  const data = bytesOf(text), body = data.subarray(0, -64), said = {};
  if (data.length <= 32 + 64) refuse('length');
  let at = 0;
  const number = (size) => body.subarray(at, at += size).reduce((sum, byte) => sum * 256 + byte, 0);
  const day = (days) => new Date(days * 864e5).toISOString().slice(0, 10);
  if (number(1) !== 1) refuse('version');
  said.key = number(2) || refuse('key');
  const raw = String.fromCharCode(...body.subarray(at, at += 16));
  said.number = btoa(raw).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  said.status_list = number(2) || refuse('list');
  said.status_index = number(3);
  said.earned_on = day(number(2));
  const until = number(2);
  said.until = until ? day(until) : '';
  said.level = LEVELS[number(1)] ?? refuse('level');
  said.minutes = number(3);
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const name of TEXTS) {
    const size = at < body.length ? number(1) : refuse('length');
    if (at + size > body.length) refuse('length');
    said[name] = utf8.decode(body.subarray(at, at += size));
    if (HIDDEN.test(said[name]) || said[name].normalize('NFC') !== said[name]) refuse(name);
  }
  if (at !== body.length || said.status_index >= SLOTS) refuse('length');
  if (!/^[A-Za-z0-9.%-]+$/.test(said.issuer) || !(said.name || said.name_ar) || !(said.title || said.title_ar)) refuse('word');
  return { said, body, signature: data.subarray(-64) };
}

export function fromBase58(text) {
  let number = 0n;
  for (const sign of text) {
    const place = BASE58.indexOf(sign);
    if (place < 0) refuse('base58');
    number = number * 58n + BigInt(place);
  }
  const found = [];
  for (; number; number >>= 8n) found.unshift(Number(number & 255n));
  return Uint8Array.from([...text.match(/^1*/)[0]].map(() => 0).concat(found));
}

// The keys of did.json, by name.
export function keysOf(did) {
  const found = {};
  for (const one of did.verificationMethod) {
    const raw = fromBase58(one.publicKeyMultibase.slice(1));
    if (one.id.startsWith(`${did.id}#`) && raw.length === 34 && raw[0] === 0xed && raw[1] === 1) found[one.id] = raw.subarray(2);
  }
  return found;
}

// Ed25519 of the browser, where it has it; else `other`, which loads what does the same.
export async function verify(signature, message, key, other) {
  try {
    const made = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', made, signature, message);
  } catch {
    return (await other())(signature, message, key, { zip215: false });
  }
}

// 'good', 'broken', 'unknown key' or 'unreadable', and what the text says.
export async function check(text, keys, other) {
  let found;
  try { found = read(text); } catch { return { outcome: 'unreadable' }; }
  const { said, body, signature } = found, key = Object.hasOwn(keys, `did:web:${said.issuer}#key-${said.key}`) && keys[`did:web:${said.issuer}#key-${said.key}`];
  if (!key) return { outcome: 'unknown key', said };
  const good = await verify(signature, join(encode('certificate statement 1\0'), body), key, other);
  return { outcome: good ? 'good' : 'broken', said };
}

const XSD = 'http://www.w3.org/2001/XMLSchema#', TYPE = '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>';
const OLD = 'https://www.w3.org/2018/credentials#', STATUS = 'https://www.w3.org/ns/credentials/status#', SEC = 'https://w3id.org/security#';
const digest = async (lines) => new Uint8Array(await crypto.subtle.digest('SHA-256', encode(lines.map((line) => `${line} .\n`).join(''))));

// The list of an issuer as { at, bits }, or null when it is not one that they signed.
export async function readList(doc, issuer, number, keys, other) {
  try {
    const { id, validFrom, proof, credentialSubject: { encodedList } } = doc, { created, proofValue, verificationMethod } = proof;
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, host = decodeURIComponent(issuer.slice(8));
    const right = [`https://${host}`, `http://${host}`].some((site) => id === `${site}/credentials/status/${number}`);
    if (!right || !moment.test(validFrom) || !moment.test(created) || !/^u[\w-]+$/.test(encodedList)) return null;
    if (!Object.hasOwn(keys, verificationMethod) || !verificationMethod.startsWith(`${issuer}#`)) return null;
    const subject = `<${id}#list>`, list = `<${id}>`;
    const said = await digest([
      `${subject} ${TYPE} <${STATUS}BitstringStatusList>`,
      `${subject} <${STATUS}encodedList> "${encodedList}"^^<${SEC}multibase>`,
      `${subject} <${STATUS}statusPurpose> "revocation"`,
      `${list} ${TYPE} <${OLD}VerifiableCredential>`,
      `${list} ${TYPE} <${STATUS}BitstringStatusListCredential>`,
      `${list} <${OLD}credentialSubject> ${subject}`,
      `${list} <${OLD}issuer> <${issuer}>`,
      `${list} <${OLD}validFrom> "${validFrom}"^^<${XSD}dateTime>`,
    ]);
    const how = await digest([
      `_:c14n0 <http://purl.org/dc/terms/created> "${created}"^^<${XSD}dateTime>`,
      `_:c14n0 ${TYPE} <${SEC}DataIntegrityProof>`,
      `_:c14n0 <${SEC}cryptosuite> "eddsa-rdfc-2022"^^<${SEC}cryptosuiteString>`,
      `_:c14n0 <${SEC}proofPurpose> <${SEC}assertionMethod>`,
      `_:c14n0 <${SEC}verificationMethod> <${verificationMethod}>`,
    ]);
    const signature = fromBase58(proofValue.slice(1));
    if (proofValue[0] !== 'z' || !await verify(signature, join(how, said), keys[verificationMethod], other)) return null;
    const packed = Uint8Array.from(atob(encodedList.slice(1).replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    const bits = new Uint8Array(await new Response(stream).arrayBuffer());
    return bits.length === SLOTS / 8 ? { at: validFrom, bits } : null;
  } catch { return null; }
}

export const isMarked = (list, index) => (list.bits[index >> 3] & (0x80 >> (index & 7))) !== 0;
