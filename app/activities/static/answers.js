// Answers to what a lesson asks: sent without a page load, and kept in this browser, each under its
// person and the writer of its form, until the server has said that it received them.
const PREFIX = 'answers/', lang = document.documentElement.lang;
const panel = document.querySelector('[data-answers]'), owner = panel?.dataset.owner;
const forms = new Map(); // the entries of the forms on this page, by key
let words = panel && JSON.parse(panel.dataset.words), busy = false, tries = 0, timer = 0;

const ask = (method, url, type, data) => new Promise((done) => {
  const line = new XMLHttpRequest();
  line.open(method, url);
  line.responseType = type;
  line.timeout = 20000;
  line.onloadend = () => done(line);
  line.send(data);
});
const post = (entry, csrf) => ask('POST', entry.url, 'document', new URLSearchParams([
  ...entry.fields, ['owner', entry.key.split('/')[1]], ['csrf_token', csrf],
]));
const read = (key) => {
  try {
    const entry = JSON.parse(localStorage[key]);
    return Array.isArray(entry.fields) && { ...entry, key };
  } catch { return null; } // gone meanwhile, or not ours
};
const list = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))
  .map(read).filter(Boolean).sort((a, b) => a.at - b.at);
const mine = (who) => list().filter((entry) => entry.key.startsWith(`${PREFIX}${who}/`));

const place = (entry) => {
  const form = document.getElementById(entry.form);
  return form?.matches('[data-activity]') && form.getAttribute('action') === entry.url ? form : null;
};
const formOf = (entry) => {
  const form = place(entry);
  return form?.elements.writer.value === entry.key.split('/')[2] ? form : null;
};
// Another tab's answer may renew a form in which nobody writes and nothing waits.
const idle = (entry) => {
  const form = place(entry);
  return form && !form.dataset.touched && !form.querySelector('fieldset').disabled ? form : null;
};
const line = (text, kind, symbol) => {
  const made = document.createElement('p'), span = document.createElement('span');
  span.textContent = text;
  made.className = kind;
  made.lang = lang;
  made.dir = document.documentElement.dir;
  made.append(...(symbol ? [symbol.cloneNode(true)] : []), span);
  return made;
};
const tell = (form, made) => form.querySelector('[role=status]').replaceChildren(made);
const lock = (form, on) => form.querySelectorAll('fieldset,button').forEach((part) => { part.disabled = on; });
const wait = (entry, key = 'kept') => {
  const form = formOf(entry);
  if (!form) return;
  const count = new Intl.NumberFormat(lang === 'ar' ? 'ar-MA' : lang).format(mine(owner).length);
  lock(form, true);
  tell(form, line(words[key].replace('{count}', count), 'saved wait mt3', panel.querySelector('svg')));
};
// On a page without the question, under its head.
const strip = (text, url) => {
  const box = document.createElement('div'), link = document.createElement('a');
  const made = line('', 'wrap');
  link.textContent = text;
  if (url) link.href = url;
  made.append(link);
  box.className = 'strip';
  box.setAttribute('role', 'status');
  box.append(made);
  document.querySelector('header')?.after(box);
};

const take = (entry, page, state) => {
  const form = formOf(entry) || (panel && state === 'kept' ? idle(entry) : null), next = page.getElementById(entry.form);
  const said = page.querySelector(state === 'kept' ? 'body>.saved' : '.fb');
  if (!form) return strip(said.textContent, `${entry.url.split('/activities/')[0]}#${entry.form}`);
  const held = form.contains(document.activeElement) || document.activeElement === document.body;
  lock(form, false);
  if (next) {
    form.replaceWith(next);
    next.append(said);
  } else tell(form, said);
  const status = (next || form).querySelector('[role=status]');
  status.tabIndex = -1;
  if (held) status.focus({ preventScroll: true });
};

// Send one entry. False: the server did not answer it, so it stays and is sent again.
async function send(entry, csrf) {
  const page = (await post(entry, csrf)).response, state = page?.body?.dataset.received;
  if (state === 'away') wait(entry, 'away');
  else if (state) {
    localStorage.removeItem(entry.key);
    forms.delete(entry.key);
    take(entry, page, state);
    tries = 0;
  }
  return !!state;
}
function later() {
  clearTimeout(timer);
  timer = setTimeout(flush, Math.min(60, 2 ** tries) * 1000 * (0.5 + Math.random()));
  tries = Math.min(6, tries + 1);
}

// Send what waits of whoever is signed in now, and of nobody else.
async function flush() {
  if (busy || !list().length) return;
  busy = true;
  clearTimeout(timer);
  try {
    const who = (await ask('GET', `/${lang}/answers`, 'json')).response;
    if (typeof who?.csrf !== 'string') return later();
    words = who.words;
    for (const entry of mine(who.owner)) if (!await send(entry, who.csrf)) return later();
    if (who.owner === owner || !panel) return;
    mine(owner).forEach((entry) => wait(entry, 'away'));
  } finally { busy = false; }
}

const fill = (form, fields) => fields.forEach(([name, value]) => form.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((part) => {
  if (!/^given/.test(name)) return;
  if (/radio|checkbox/.test(part.type)) part.checked ||= part.value === value;
  else part.value = value;
}));

async function hint(form, entry, csrf, number) {
  const page = (await post({ ...entry, fields: [...entry.fields, ['hint', number]] }, csrf)).response;
  const state = page?.body?.dataset.received;
  if (!state || state === 'away') return tell(form, line(words[state || 'hint'], 'saved wait mt3', panel.querySelector('svg')));
  take(entry, page, state);
  if (place(entry)) fill(place(entry), entry.fields);
}

document.addEventListener('input', ({ target }) => {
  if (target.form?.matches('[data-activity]')) target.form.dataset.touched = '1';
});
document.addEventListener('submit', async (event) => {
  const form = event.target, button = event.submitter;
  if (!panel || !form.matches('[data-activity]')) return;
  const all = [...new FormData(form)], csrf = form.elements.csrf_token.value;
  const fields = all.filter(([name, value]) => name !== 'csrf_token' && typeof value === 'string');
  const key = `${PREFIX}${owner}/${form.elements.writer.value}`;
  const entry = { url: form.getAttribute('action'), form: form.id, fields, at: Date.now() };
  if (button?.name === 'hint') {
    event.preventDefault();
    hint(form, { ...entry, key }, csrf, button.value);
    return;
  }
  try {
    localStorage[key] = JSON.stringify(entry);
  } catch { return; } // no room here: the form is sent as without this script
  event.preventDefault();
  forms.set(key, { ...entry, key });
  wait(forms.get(key));
  if (!await send(forms.get(key), csrf)) later();
});

// Another tab sent it: the same answer sent again tells this one how it was marked.
addEventListener('storage', ({ key, newValue }) => {
  const entry = newValue === null && forms.get(key);
  if (entry && formOf(entry)) ask('GET', `/${lang}/answers`, 'json').then(({ response }) => response && send(entry, response.csrf));
});
addEventListener('online', flush);
addEventListener('visibilitychange', () => { if (!document.hidden) flush(); });

if (panel) {
  try { localStorage.answers = import.meta.url; } catch { /* no room: other pages will not send */ }
  for (const entry of mine(owner)) {
    const form = idle(entry);
    if (!form) continue;
    form.elements.writer.value = entry.key.split('/')[2];
    forms.set(entry.key, entry);
    fill(form, entry.fields);
    wait(entry);
  }
}
flush();
