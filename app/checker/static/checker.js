// The page that checks codes: camera, picture, pasted text or the address itself; the verdict first.
// Nothing of what is checked leaves this page.
const box = document.querySelector('[data-checker]'), { issuer } = box.dataset, words = JSON.parse(box.dataset.words);
const part = (name) => box.querySelector(`[data-part=${name}]`), { lang } = document.documentElement;
const statement = import(box.dataset.statement);
const other = async () => (await import(box.dataset.ed25519)).verifyAsync;
const locale = { fr: 'fr-MA', ar: 'ar-MA' }[lang] || 'en-GB', MOST = 15e6, SIDE = 1600;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const day = (iso) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(iso));
const moment = (iso) => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));
const today = () => { const now = new Date(); return new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10); };

// What the page carries: keys, and lists of what counts no more. The worker has it without network.
let carried = { keys: {}, lists: {} };
const load = async () => {
  const { keysOf, readList } = await statement;
  const got = await (await fetch('/c/data.json')).json().catch(() => null);
  if (got?.keys?.id !== issuer) return;
  const keys = keysOf(got.keys), lists = {};
  for (const [number, doc] of Object.entries(got.lists)) lists[number] = await readList(doc, issuer, number, keys, other);
  carried = { keys, lists };
};
const say = () => {
  const known = Object.values(carried.lists).filter(Boolean).map((list) => list.at).sort()[0];
  part('carries').textContent = known ? fill(words.carries, { when: moment(known) }) : words.nothing;
};

const make = (tag, text, about = {}) => Object.assign(document.createElement(tag), { textContent: text }, about);

// The verdict stands first and is read first; the facts stand below it.
function show(kind, tone, { said, list, who = '' } = {}) {
  const seal = box.querySelector(`template[data-tone=${tone}]`).content.cloneNode(true), [heading, line] = words[kind];
  seal.querySelector('.h1').replaceWith(make('h1', heading, { className: 'h1', tabIndex: -1 }));
  const place = seal.querySelector('p');
  place.textContent = fill(line, { who });
  if (list) place.after(make('p', '', { className: 'mt3' }));
  if (list) place.nextSibling.append(make('b', fill(words.as_of, { when: moment(list.at) })));
  const parts = [seal];
  if (said) parts.push(facts(said));
  part('answer').replaceChildren(...parts);
  part('heading').hidden = true;
  part('answer').querySelector('h1').focus();
  scrollTo(0, 0);
}

function facts(said) {
  const pick = (name) => (lang === 'ar' && said[`${name}_ar`]) || said[name] || said[`${name}_ar`];
  const rows = {
    person: pick('name'), course: pick('title'), level: words.levels[said.level],
    hours: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(said.minutes / 60),
    earned: day(said.earned_on), until: said.until && day(said.until), center: pick('center'), sponsor: pick('sponsor'),
    number: said.number,
  };
  const panel = make('section', '', { className: 'panel mt4' }), list = make('dl', '', { className: 'facts' });
  for (const [name, value] of Object.entries(rows).filter(([, value]) => value)) {
    const row = make('div', ''), cell = make('dd', ''), shown = make(name === 'number' ? 'code' : 'bdi', value);
    if (name === 'number') Object.assign(shown, { dir: 'ltr', className: 'sm' });
    if (name === 'person') cell.append(make('b', ''));
    (cell.firstChild || cell).append(shown);
    const second = [said.name, said.name_ar].find((one) => one && one !== value);
    if (name === 'person' && second) cell.append(' ', make('span', second, { className: 'muted', dir: 'auto' }));
    row.append(make('dt', words.labels[name]), cell);
    list.append(row);
  }
  const link = make('p', '', { className: 'mt4' });
  link.append(make('a', words.open, { href: `/${lang}/check/${said.number}`, className: 'btn small quiet' }));
  panel.append(list, link);
  return panel;
}

// What stands in a text: behind the last #, without the breaks and signs that messages put in.
function statementIn(text) {
  const tail = text.slice(text.lastIndexOf('#') + 1).replace(/\s+/g, '');
  try { return tail.includes('%') ? decodeURIComponent(tail) : tail; } catch { return tail; }
}

async function judge(text) {
  const { check, isMarked } = await statement;
  await ready;
  const { outcome, said } = await check(statementIn(text), carried.keys, other);
  if (outcome === 'unreadable') return show(outcome, 'bad');
  if (`did:web:${said.issuer}` !== issuer) return show('foreign', 'warn', { who: decodeURI(said.issuer) });
  if (outcome !== 'good') return show(outcome, 'bad');
  const list = carried.lists[said.status_list];
  if (list && isMarked(list, said.status_index)) return show('marked', 'bad', { said, list });
  if (said.until && said.until < today()) return show('expired', 'warn', { said, list });
  return list ? show('valid', 'ok', { said, list }) : show('unsure', 'warn', { said });
}
const attempt = (work) => work().catch(() => show('failed', 'warn'));

// The browser's own reader of codes where it has one, else one that is loaded now.
const own = (async () => {
  const formats = 'BarcodeDetector' in window ? await BarcodeDetector.getSupportedFormats() : [];
  return formats.includes('qr_code') ? new BarcodeDetector({ formats: ['qr_code'] }) : null;
})().catch(() => null);
async function codeIn(source, width, height, options) {
  const found = await (await own)?.detect(source).catch(() => null);
  if (found?.length) return found[0].rawValue;
  if (found && !options.effort) return '';
  const { default: decode } = await import(box.dataset.qr);
  const scale = Math.min(1, SIDE / Math.max(width, height)), canvas = document.createElement('canvas');
  Object.assign(canvas, { width: Math.round(width * scale) || 1, height: Math.round(height * scale) || 1 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  try { return decode(pen.getImageData(0, 0, canvas.width, canvas.height), options); } catch { return ''; }
}

async function fromFile(file) {
  if (file.size > MOST) return show('large', 'bad');
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return show('empty', 'bad');
  const text = await codeIn(picture, picture.width, picture.height, { effort: Infinity, timeLimit: 4000 });
  picture.close();
  return text ? judge(text) : show('empty', 'bad');
}

// The camera runs until a code is read, or the button is pressed again.
const video = part('video'), button = part('camera').querySelector('button');
let stream = null;
const stop = () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.hidden = true;
};
async function scan() {
  if (stream) return stop();
  const wanted = { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } };
  stream = await navigator.mediaDevices.getUserMedia({ video: wanted }).catch(() => null);
  if (!stream) return show('camera', 'warn');
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  while (stream) {
    const text = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight, {}) : '';
    if (text && stream) { stop(); return judge(text); }
    await new Promise((done) => { setTimeout(done, 120); });
  }
  return null;
}
part('camera').hidden = !navigator.mediaDevices?.getUserMedia;
button.addEventListener('click', () => attempt(scan).catch(stop));
addEventListener('pagehide', stop);
box.querySelector('#picture').addEventListener('change', ({ target }) => {
  const [file] = target.files;
  target.value = '';
  if (file) attempt(() => fromFile(file));
});
part('form').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt(() => judge(box.querySelector('#text').value));
});

const ready = load().catch(() => {}).then(say);
const fromAddress = () => { if (location.hash.length > 1) attempt(() => judge(location.hash)); };
addEventListener('hashchange', fromAddress);
fromAddress();

// Kept for the time without network.
const script = () => '/c/worker.js';
const policy = window.trustedTypes?.createPolicy('rihla-checker', { createScriptURL: script });
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register(policy ? policy.createScriptURL('') : script(), { scope: '/c/' }).then(async (made) => {
    const worker = made.active || made.waiting || made.installing;
    const done = () => { if (worker.state === 'activated') part('ready').textContent = words.ready; };
    worker.addEventListener('statechange', done);
    done();
  }).catch(() => {});
}
