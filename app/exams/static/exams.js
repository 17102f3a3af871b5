// The paper of an exam: every answer is written down on this device at once and sent within two
// seconds; what the server has not received is sent again, also from other pages and later, with
// the capability of the page that took it: so as its own person's, whoever is signed in by then.
const PREFIX = 'exams/', { body, documentElement: root } = document, one = (what, where = document) => where.querySelector(what);
let paper = document.getElementById('paper');
const words = paper && JSON.parse(body.dataset.words), locale = { fr: 'fr-MA', ar: 'ar-MA' }[root.lang] || 'en-GB';
const attempt = paper?.dataset.attempt, own = paper && `${PREFIX}${attempt}/${paper.dataset.writer}`;
let mine = null; // what this page wrote; the device holds a copy of it, and what other pages wrote
const number = (value) => new Intl.NumberFormat(locale).format(value);

const ask = (method, url, type, data) => new Promise((done) => {
  const line = new XMLHttpRequest();
  line.open(method, url);
  line.responseType = type;
  line.timeout = 20000;
  line.onloadend = () => done(line);
  line.send(data);
});
const parse = (text) => {
  try {
    const found = JSON.parse(text);
    return Array.isArray(found.sent) ? found : null;
  } catch { return null; }
};
const put = (key, journal) => {
  try {
    if (journal.sent.length || journal.sealed) localStorage[key] = JSON.stringify(journal);
    else localStorage.removeItem(key);
  } catch { /* no room: this page keeps it and sends it all the same */ }
};
const get = (key) => (key === own ? mine : parse(localStorage[key] || 'null'));
// Another tab may be writing its own: what changes is read again just before.
const change = (key, act) => {
  const journal = get(key);
  if (!journal) return;
  act(journal);
  put(key, journal);
};
// The oldest first: what one wrote last must also arrive last.
const list = () => [...new Set([...Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)), ...(own ? [own] : [])])]
  .map((key) => [key, get(key)]).filter(([, journal]) => journal && (journal.sent.length || journal.sealed))
  .sort((left, right) => left[1].at - right[1].at);
const waiting = () => list().reduce((sum, [key, { sent }]) => sum + (key.startsWith(`${PREFIX}${attempt}/`) ? sent.length : 0), 0);

// Time is the server's; between two answers of it this device only counts on.
let until = 0, said = 0, heard = 0;
const hear = (now, end) => { [said, until, heard] = [Date.parse(now), Date.parse(end), performance.now()]; };
const left = () => Math.max(0, until - said - (performance.now() - heard));
const tick = () => {
  const rest = left(), short = rest < 60000;
  one('[data-clock] .big').textContent = new Intl.NumberFormat(locale, { style: 'unit', unit: short ? 'second' : 'minute' })
    .format(Math.ceil(rest / (short ? 1000 : 60000)));
  const bar = one('[data-clock] progress');
  bar.value = bar.max - rest / 1000;
  if (!rest) over();
  else setTimeout(tick, short ? 1000 : Math.min(15000, rest - 59000));
};

const show = () => {
  if (!paper) return;
  const count = waiting(), line = one('[data-saved]');
  one('[data-strip]').hidden = !(away || !navigator.onLine) || mine.sealed;
  if (!count && !received) return;
  line.classList.toggle('wait', count > 0);
  one('span', line).textContent = count ? words.kept.replace('{count}', number(count)) : words.received.replace('{time}',
    new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: 'Africa/Casablanca' }).format(received));
};
// On a page without the paper, or in it: what the server says of answers that do not count.
const strip = (text) => {
  const box = document.createElement('div'), line = document.createElement('p');
  line.className = 'wrap';
  line.textContent = text;
  one('[data-said]')?.remove();
  box.dataset.said = '';
  box.className = 'strip bad';
  box.setAttribute('role', 'alert');
  box.append(line);
  one('header').after(box);
};

let away = false, locked = false, busy = null, tries = 0, timer = 0, received = 0;
async function send(key) {
  const { save, cap, sent } = get(key), batch = sent.slice(0, 100), counts = new Set(batch.map(({ seq }) => seq));
  change(key, (journal) => journal.sent.forEach((entry) => { if (counts.has(entry.seq)) entry.tried = 1; }));
  const answers = JSON.stringify(batch.map(({ seq, item, value, at }) => ({ seq, item, value, at })));
  const line = await ask('POST', save, 'json', new URLSearchParams({ cap, answers }));
  const reply = line.response;
  if (!Array.isArray(reply?.kept)) return false;
  if (reply.now && paper && key.startsWith(`${PREFIX}${attempt}/`)) {
    hear(reply.now, reply.until);
    if (reply.kept.length) received = Date.parse(reply.now);
  }
  if (reply.said) strip(reply.said);
  const gone = new Set([...reply.kept, ...reply.refused]);
  change(key, (journal) => {
    journal.sent = journal.sent.filter(({ seq }) => !gone.has(seq));
    if (line.status === 404 || line.status === 422) journal.stopped = true; // sent again it would be of no use
  });
  return true;
}
// Hand in what was sealed, once all of it has arrived: that needs the session of its person.
async function close(key) {
  const url = get(key).save.replace(/answers$/, 'hand-in'), page = await ask('GET', url, 'document');
  if (!page.response || page.status >= 500) return false;
  const token = one('[data-hand-in] [name=csrf_token]', page.response)?.value;
  const done = token ? await ask('POST', url, 'document', new URLSearchParams({ csrf_token: token })) : page;
  if (!done.response) return false;
  if (!done.responseURL.endsWith('/result')) {
    if (key === own) strip(words.away);
    return true;
  }
  change(key, (journal) => { journal.sealed = false; });
  if (key === own) location.assign(url.replace(/hand-in$/, 'result'));
  return true;
}
async function all() {
  for (const [key] of list()) {
    for (let journal = get(key); journal?.sent.length && !journal.stopped; journal = get(key)) if (!await send(key)) return false;
    const journal = get(key);
    if (journal?.sealed && !journal.sent.length && !await close(key)) return false;
  }
  return true;
}
function flush() {
  clearTimeout(timer);
  busy ||= all().then((done) => {
    busy = null;
    away = !done;
    if (done) tries = 0;
    else timer = setTimeout(flush, Math.min(30, 2 ** tries++) * 1000 * (0.5 + Math.random()));
    show();
    if (done && locked && !left()) setTimeout(() => location.reload(), 6000 + Math.random() * 6000); // not everybody at once
    if (done && list().some(([, { sent, stopped }]) => sent.length && !stopped)) return flush();
    return done;
  });
  return busy;
}

const fieldsOf = (form) => {
  const found = {};
  for (const [name, value] of new FormData(form)) if (/^given(-|$)/.test(name) && typeof value === 'string') (found[name] ||= []).push(value);
  return found;
};
const flagOf = (form) => (form.elements.flag.checked ? { flag: ['on'] } : {});
const known = new Map(); // what each item holds as it was written down last, as text
// Write down what changed in a question. What was never sent gives way to what replaces it.
const record = (form = paper) => {
  const { item } = form.dataset;
  if (locked) return;
  for (const [name, value] of [[item, fieldsOf(form)], [`~${item}`, flagOf(form)]]) {
    const text = JSON.stringify(value);
    if (known.get(name) === text) continue;
    known.set(name, text);
    mine.sent = mine.sent.filter((entry) => entry.tried || entry.item !== name);
    mine.sent.push({ seq: ++mine.seq, item: name, value, at: Date.now() });
    put(own, mine);
  }
  mark();
  show();
};
const fill = (form, item, value) => {
  if (item[0] === '~') form.elements.flag.checked = !!value.flag;
  else for (const part of form.querySelectorAll('[name^=given]')) {
    const given = value[part.name] || [];
    if (/radio|checkbox/.test(part.type)) part.checked = given.includes(part.value);
    else part.value = given[0] || '';
  }
};

const forms = new Map(); // the questions, by item: one goes between them without network
// The list of questions follows what is written here.
const mark = () => {
  const count = { done: 0, flag: 0, todo: 0 };
  for (const link of document.querySelectorAll('[data-place]')) {
    const form = forms.get(link.dataset.place), is = (kind) => link.classList.contains(kind);
    if (form) {
      const done = Object.values(fieldsOf(form)).some((texts) => texts.some((text) => text.trim())), flag = form.elements.flag.checked;
      Object.assign(link.dataset, { done: done ? '1' : '', flagged: flag ? '1' : '' });
      const state = form === paper ? 'now' : flag ? 'flag' : done ? 'done' : 'todo';
      link.className = state;
      link.toggleAttribute('aria-current', form === paper);
      if (form === paper) link.setAttribute('aria-current', 'step');
      [...link.querySelectorAll('.sr')].pop().textContent = `, ${words[state]}`;
      one('.i', link)?.remove();
      if (flag) link.append(one('.legend .i').cloneNode(true));
    }
    count.done += form ? !!link.dataset.done : is('done');
    count.flag += form ? !!link.dataset.flagged : is('flag');
    count.todo += form ? !link.dataset.done : is('todo');
  }
  if (forms.size > 1) document.querySelectorAll('.legend bdi').forEach((figure, place) => { figure.textContent = number(Object.values(count)[place]); });
};
const go = (wanted) => {
  const form = [...forms.values()].find(({ dataset }) => dataset.number === String(wanted));
  if (!form) return false;
  record();
  paper.replaceWith(form);
  paper = form;
  history.replaceState(null, '', `?q=${wanted}`);
  mark();
  (one('legend', form)).tabIndex = -1;
  one('legend', form).focus();
  form.scrollIntoView({ block: 'nearest' });
  flush();
  return true;
};
const lock = () => { locked = true; forms.forEach((form) => form.querySelectorAll('fieldset,input,button').forEach((part) => { part.disabled = true; })); };
const over = () => {
  record();
  lock();
  one('[data-over]').hidden = false;
  flush();
};
const handIn = async (url) => {
  record();
  if (await flush() && !waiting()) return location.assign(url);
  const panel = one('[data-seal]');
  panel.hidden = false;
  one('button', panel).focus();
};

async function begin() {
  const { save, cap, now, until: end, item } = paper.dataset;
  hear(now, end);
  mine = { save, cap, seq: 0, sent: [], at: Date.now() };
  try { localStorage.exams = import.meta.url; } catch { /* no room: other pages will not send */ }
  forms.set(item, paper);
  const here = list().filter(([key]) => key.startsWith(`${PREFIX}${attempt}/`));
  for (const [key, journal] of here) if (journal.stopped) { // what its own page could not send any more, this one can
    mine.sent.push(...journal.sent.map((entry) => ({ ...entry, seq: ++mine.seq, tried: 0 })));
    put(own, mine);
    localStorage.removeItem(key);
  }
  const restore = (form) => {
    known.set(form.dataset.item, JSON.stringify(fieldsOf(form))).set(`~${form.dataset.item}`, JSON.stringify(flagOf(form)));
    for (const [, journal] of here) for (const entry of journal.sent) {
      if (entry.item.replace('~', '') !== form.dataset.item) continue;
      fill(form, entry.item, entry.value);
      known.set(entry.item, JSON.stringify(entry.value));
    }
  };
  restore(paper);
  let quiet = 0;
  const changed = (event) => {
    if (event.target.form !== paper) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => { record(); flush(); }, event.type === 'change' ? 200 : 1200);
  };
  addEventListener('input', changed);
  addEventListener('change', changed);
  addEventListener('submit', (event) => {
    if (event.target !== paper) return;
    record();
    const wanted = event.submitter?.value;
    if (wanted === 'hand-in') {
      event.preventDefault();
      handIn(one('[data-hand-in]').href);
    } else if (go(wanted)) event.preventDefault();
  });
  addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-place],a[data-hand-in]');
    if (!link) return;
    const wanted = new URL(link.href).searchParams.get('q');
    if (wanted ? go(wanted) : handIn(link.href)) event.preventDefault();
  });
  one('[data-seal] button').addEventListener('click', () => {
    record();
    Object.assign(mine, { sealed: true, sealedAt: Date.now() });
    put(own, mine);
    lock();
    one('[data-seal]').hidden = true;
    one('[data-sealed]').hidden = false;
    show();
    flush();
  });
  const hide = () => {
    record();
    const { sent } = mine;
    if (!sent.some((entry) => !entry.tried)) return;
    const answers = JSON.stringify(sent.slice(0, 50).map(({ seq, item: name, value, at }) => ({ seq, item: name, value, at })));
    for (const entry of sent) entry.tried = 1;
    navigator.sendBeacon(save, new URLSearchParams({ cap, answers })); // it stays here until a reply is read
  };
  addEventListener('pagehide', hide);
  document.addEventListener('visibilitychange', () => { if (document.hidden) hide(); });
  tick();
  flush();
  for (let wait = 1; ; wait *= 2) {
    const whole = (await ask('GET', body.dataset.whole, 'document')).response;
    if (whole?.body?.hasAttribute('data-whole')) {
      for (const form of [...whole.querySelectorAll('form[data-exam]')]) {
        if (form.dataset.item === paper.dataset.item || forms.has(form.dataset.item)) continue;
        document.adoptNode(form);
        forms.set(form.dataset.item, form);
        restore(form);
      }
      return mark();
    }
    await new Promise((done) => { setTimeout(done, Math.min(60, wait) * 1000 * (0.5 + Math.random())); });
  }
}

addEventListener('online', flush);
addEventListener('offline', show);
document.addEventListener('visibilitychange', () => { if (!document.hidden) flush(); });
if (paper) begin();
else flush();
