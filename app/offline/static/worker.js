// Runs only in browsers that keep a course. Pages: network first, the kept one when that fails or
// takes more than three seconds. Files of the site and of courses: the kept one, else network.
// Nothing is put into a cache here but the shell, which is fetched without cookies.
const SHELL = /* shell */ null, NAME = `shell/${SHELL.build}`, PATIENCE = 3000;
const any = { ignoreVary: true, ignoreSearch: true };

addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(NAME);
  await cache.addAll(SHELL.files);
  await cache.addAll(SHELL.pages.map((url) => new Request(url, { credentials: 'omit', cache: 'no-cache' })));
  await skipWaiting();
})()));

addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('shell/') && name !== NAME) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
})()));

addEventListener('fetch', (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate' && !url.pathname.includes('/files/')) event.respondWith(page(event, url));
  else if (url.pathname.startsWith('/static/')) event.respondWith(asset(request, url));
  else if (/^\/\w\w\/courses\/[^/]+\/files\//.test(url.pathname)) event.respondWith(file(request));
});

async function page(event, url) {
  const network = (async () => (await event.preloadResponse) || fetch(event.request))();
  event.waitUntil(network.catch(() => {}));
  const copy = await kept(url);
  try {
    const late = new Promise((done) => { setTimeout(done, PATIENCE); });
    const answer = await (copy ? Promise.race([network, late]) : network);
    if (answer && (answer.status < 500 || !copy)) return answer;
  } catch { /* no network: below */ }
  const lang = url.pathname.match(/^\/(fr|ar|en)(?=\/|$)/)?.[1] || 'fr';
  return copy || await caches.match(`/${lang}/offline/shell`, any) || Response.error();
}

// A kept lesson has the address of the lesson itself, in a cache named by languages and course.
async function kept(url) {
  const [, lang, slug, , id] = url.pathname.match(/^\/(\w\w)\/courses\/([\w-]+)(\/([\w-]+))?$/) || [];
  if (!slug) return null;
  const text = url.searchParams.get('in') || lang;
  const likes = ([, l, , t]) => (t === text ? 2 : 0) + (l === lang ? 1 : 0);
  const names = (await caches.keys()).filter((name) => name.startsWith('kept/') && name.split('/')[2] === slug);
  names.sort((a, b) => likes(b.split('/')) - likes(a.split('/')));
  for (const name of names) {
    const tail = id && id !== 'continue' ? `/${id}` : '';
    const found = await (await caches.open(name)).match(`/${name.split('/')[1]}/courses/${slug}${tail}`, any);
    if (found) return found;
  }
  return null;
}

async function file(request) {
  return await caches.match(request.url, any) || fetch(request);
}

// A kept page may name a style sheet of an older site: then today's takes its place.
async function asset(request, url) {
  const found = await caches.match(request.url, any);
  if (found) return found;
  const answer = await fetch(request).catch(() => null);
  if (answer?.ok) return answer;
  const stem = (path) => path.replace(/\.[0-9a-f]{10}(?=\.\w+$)/, '');
  const cache = await caches.open(NAME);
  for (const other of await cache.keys()) {
    if (stem(new URL(other.url).pathname) === stem(url.pathname)) return cache.match(other);
  }
  return answer || Response.error();
}
