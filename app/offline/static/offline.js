// Taking a course along, the list of what is kept, and what a kept page says. Nothing is fetched
// and no worker is installed before somebody asks for it.
const root = document.documentElement, one = (what, where = document) => where.querySelector(what);
const words = JSON.parse(one('[data-words]')?.dataset.words || '{}');
const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const locale = { fr: 'fr-MA', ar: 'ar-MA' }[root.lang] || 'en-GB';
const number = (value, digits = 0) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
const size = (bytes) => {
  let step = 0, value = bytes;
  for (; value >= 1000 && step < 3; step += 1) value /= 1000;
  return `${number(value, step > 1 ? 1 : 0)}\u00a0${words.units[step]}`;
};
const day = (moment) => new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(moment);

const META = '/kept.json';
const read = async (name) => (await (await caches.open(name)).match(META))?.json();
const write = async (name, meta) => (await caches.open(name)).put(META, new Response(JSON.stringify(meta)));
const total = (meta) => Object.values(meta.pages).reduce((sum, page) => sum + page.bytes, 0);
const list = async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const meta = name.startsWith('kept/') && await read(name);
    if (meta) found.push({ name, ...meta });
  }
  return found.sort((a, b) => a.at - b.at);
};
const remove = async (name) => {
  await caches.delete(name);
  if ((await list()).length) return;
  for (const other of await caches.keys()) if (!other.startsWith('check/')) await caches.delete(other);
  await (await navigator.serviceWorker.getRegistration('/'))?.unregister();
};

const script = () => '/sw.js';
const policy = window.trustedTypes?.createPolicy('rihla-worker', { createScriptURL: script });
const install = async () => {
  const url = policy ? policy.createScriptURL('') : script();
  const made = await navigator.serviceWorker.register(url, { scope: '/' });
  const worker = made.installing || made.waiting || made.active;
  await new Promise((done, fail) => {
    const look = () => {
      if (worker.state === 'activated') done();
      if (worker.state === 'redundant') fail(new TypeError('worker'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
};

// The cover of a course.
const panel = one('[data-take]');
if (panel && 'serviceWorker' in navigator && 'caches' in window) offer(panel);

async function offer(panel) {
  const { slug, short, text, token } = panel.dataset, live = `/${root.lang}/courses/${slug}`;
  const from = `/${root.lang}/offline/${slug}/${short}/${text}`, name = `kept/${root.lang}/${slug}/${text}`;
  const part = (what) => one(`[data-part=${what}]`, panel), bar = part('bar'), status = part('status');
  let line = null, module;

  const get = async (url, personless = true) => {
    const answer = await fetch(personless && url.startsWith(from) ? `${url}?token=${token}` : url, {
      credentials: 'omit', signal: line.signal, ...(url.startsWith(from) && { cache: 'no-store' }),
    });
    if (!answer.ok) throw new DOMException(String(answer.status), 'Expired');
    return answer;
  };
  const keep = async (cache, key, url) => {
    const answer = await get(url), bytes = Number(answer.headers.get('content-length'));
    await cache.put(key, answer);
    return bytes || 0;
  };

  async function show(state, meta) {
    const count = Object.keys(meta?.pages || {}).length, wanted = meta?.wanted || 0;
    const values = { done: number(count), total: number(wanted), size: size(meta ? total(meta) : 0), date: day(meta?.at || Date.now()) };
    panel.dataset.state = state;
    status.textContent = state ? say(state, values) : '';
    status.parentNode.hidden = !state;
    const well = state === 'kept' || state === 'some';
    status.parentNode.classList.toggle('wait', !well);
    part('well').hidden = !well;
    part('waiting').hidden = well;
    bar.hidden = !line;
    if (wanted) { bar.max = wanted; bar.value = count; }
    part('stop').hidden = !line;
    part('go').hidden = !!line || state === 'kept';
    part('remove').hidden = !!line || !count;
    part('modules').hidden = !!line || state === 'kept';
    part('list').hidden = !count;
    if (state && state !== 'newer') part('go').textContent = say(state === 'some' ? 'rest' : 'again');
  }

  async function rest() {
    const meta = await read(name);
    if (!meta) return show('');
    if (!meta.done) return show('partly', meta);
    module = undefined;
    if (meta.short === short) return show(meta.wanted < Number(panel.dataset.count) ? 'some' : 'kept', meta);
    const plan = await look().catch(() => null);
    await show('newer', meta);
    if (plan) part('go').textContent = say('renew', { size: size(cost(plan.pages.filter((page) => meta.pages[page.id]), meta)) });
    module = -1; // what is kept, and no more
  }
  const cost = (pages, meta) => pages.filter((page) => meta.pages[page.id]?.digest !== page.digest)
    .reduce((sum, page) => sum + page.size + Object.values(page.files).reduce((a, b) => a + b, 0), 0);
  const look = async () => {
    line ||= new AbortController();
    try { return await (await get(`${from}/plan.json`)).json(); } finally { if (!line.busy) line = null; }
  };

  // Lessons that have not changed stay; the others are replaced one by one, each when it is there.
  async function fetchAll(only) {
    const [plan] = await Promise.all([look(), install()]);
    const cache = await caches.open(name), meta = await read(name) || { pages: {}, at: Date.now() };
    const wanted = plan.pages.filter((page) => only === undefined || page.module === only || meta.pages[page.id]);
    Object.assign(meta, { title: plan.title, lang: root.lang, text, slug, wanted: wanted.length, done: false });
    await write(name, meta);
    await keep(cache, live, from);
    const also = async (urls) => {
      for (const url of urls) if (!await caches.match(url)) await (await caches.open('fonts')).add(url);
    };
    if (!root.hasAttribute('data-low')) await also(plan.fonts);
    for (const page of wanted) {
      await show('under', meta);
      if (meta.pages[page.id]?.digest !== page.digest) {
        const files = Object.keys(page.files);
        let bytes = 0;
        for (const file of files) bytes += await cache.match(file) ? page.files[file] : await keep(cache, file, file);
        bytes += await keep(cache, `${live}/${page.id}`, `${from}/${page.id}`);
        const html = await (await cache.match(`${live}/${page.id}`)).text();
        await also(html.match(/\/static\/x\/[^"]+/g) || []); // what a plugin's block needs
        meta.pages[page.id] = { digest: page.digest, title: page.title, bytes, files };
        await write(name, meta);
      }
    }
    await tidy(cache, meta, plan);
    Object.assign(meta, { short, done: true, at: Date.now() });
    await write(name, meta);
    navigator.storage?.persist?.();
  }
  async function tidy(cache, meta, plan) {
    for (const id of Object.keys(meta.pages)) if (!plan.pages.some((page) => page.id === id)) delete meta.pages[id];
    const needed = new Set([META, live]);
    for (const [id, page] of Object.entries(meta.pages)) for (const path of [`${live}/${id}`, ...page.files]) needed.add(path);
    for (const request of await cache.keys()) if (!needed.has(new URL(request.url).pathname)) await cache.delete(request);
  }

  async function take(only) {
    line = new AbortController();
    line.busy = true;
    module = only;
    await show('begin', await read(name));
    const state = await fetchAll(only).then(() => '', (error) => (
      { AbortError: 'stopped', QuotaExceededError: 'full', Expired: 'expired' }[error.name] || 'lost'));
    line = null;
    if (state) await show(state, await read(name)); else await rest();
    one('button:not([hidden])', panel)?.focus({ preventScroll: true });
  }

  panel.addEventListener('click', async (event) => {
    const button = event.target.closest('button');
    const act = button?.dataset.part;
    if (act === 'go') take(module);
    else if (act === 'module') take(Number(button.value));
    else if (act === 'stop') line?.abort();
    else if (act === 'remove') { await remove(name); part('go').textContent = part('go').dataset.first; module = undefined; await show(''); }
  });
  await rest();
  panel.hidden = false;
}

// The list of what is kept.
const shelf = one('[data-shelf]');
if (shelf) fill();

async function fill() {
  const kept = 'caches' in window ? await list() : [];
  const item = one('template', shelf), box = one('ol', shelf);
  box.replaceChildren(...kept.map((meta) => {
    const row = item.content.cloneNode(true), link = one('a', row);
    link.textContent = meta.title;
    link.lang = meta.text;
    link.href = `/${meta.lang}/courses/${meta.slug}?in=${meta.text}`;
    const count = Object.keys(meta.pages).length;
    one('small', row).textContent = say(meta.done ? 'item' : 'unfinished', {
      done: number(count), total: number(meta.wanted), size: size(total(meta)), date: day(meta.at), language: words.names[meta.text],
    });
    const button = one('button', row);
    button.append(Object.assign(document.createElement('span'), { className: 'sr', textContent: ` ${meta.title}` }));
    button.addEventListener('click', async () => { await remove(meta.name); await fill(); one('h1').focus(); });
    return row;
  }));
  one('[data-part=none]').hidden = kept.length > 0;
  one('[data-part=some]').hidden = !kept.length;
  const room = await navigator.storage?.estimate?.(), note = one('[data-part=room]');
  if (room?.quota && note) note.textContent = say('room', { used: size(room.usage), free: size(room.quota - room.usage) });
  const meter = one('[data-part=meter]'), [week, used] = (localStorage.used || '').split(' ');
  if (meter) meter.textContent = say('meter', { size: size(Number(week) === Math.floor((Date.now() + 2592e5) / 6048e5) ? Number(used) : 0) });
}
one('[data-part=all]')?.addEventListener('click', async () => {
  for (const { name } of await list()) await remove(name);
  await fill();
});
const missing = one('[data-part=missing]');
if (missing) missing.hidden = /\/offline$/.test(location.pathname);

// A kept lesson: finishing needs the network; lessons that are not kept say so.
const finish = one('[data-part=finish]');
finish?.addEventListener('click', () => {
  if (navigator.onLine) location.reload();
  else one('[data-part=later]').hidden = false;
});
if (words.missing && 'caches' in window) for (const link of document.querySelectorAll('[data-lesson]')) {
  caches.match(link.getAttribute('href')).then((found) => {
    if (!found) link.append(Object.assign(document.createElement('small'), { textContent: words.missing }));
  });
}
