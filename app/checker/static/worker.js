// Keeps the page that checks codes, in the three languages, with what it carries. Page and data: the
// network for as long as somebody waits gladly, then the kept copy. Files: the kept ones.
const KEPT = /* kept */ null, NAME = `check/${KEPT.build}`, PATIENCE = 2000;
const any = { ignoreVary: true, ignoreSearch: true };
const bare = (url) => new Request(url, { credentials: 'omit', cache: 'no-cache' });

addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(NAME), formats = 'BarcodeDetector' in self ? await BarcodeDetector.getSupportedFormats() : [];
  const signs = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).catch(() => null);
  const apart = [signs ? '' : KEPT.apart.ed25519, formats.includes('qr_code') ? '' : KEPT.apart.qr].filter(Boolean);
  await cache.addAll([...KEPT.files, ...apart]);
  await cache.addAll([...KEPT.pages, KEPT.data].map(bare));
  await skipWaiting();
})()));

addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('check/') && name !== NAME) await caches.delete(name);
  await clients.claim();
})()));

addEventListener('fetch', (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (KEPT.pages.includes(url.pathname) || url.pathname === KEPT.data) event.respondWith(fresh(event, url.pathname));
  else if (url.pathname === '/c/') event.respondWith(entry(event));
  else if (url.pathname.startsWith('/static/')) event.respondWith(asset(request));
});

async function fresh(event, path) {
  const cache = await caches.open(NAME), copy = await cache.match(path, any);
  const network = fetch(bare(path)).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
    return answer;
  });
  event.waitUntil(network.catch(() => {}));
  if (!copy) return network;
  const late = new Promise((done) => { setTimeout(done, PATIENCE); });
  const answer = await Promise.race([network, late]).catch(() => null);
  return answer?.ok ? answer : copy;
}

// The address in a code, for which the site chooses the language; without network the browser's does.
function entry(event) {
  const wanted = navigator.languages.map((tag) => `/c/${tag.slice(0, 2).toLowerCase()}/`);
  return fresh(event, wanted.find((path) => KEPT.pages.includes(path)) || KEPT.pages[0]);
}

async function asset(request) {
  return await caches.match(request.url, any) || fetch(request);
}
