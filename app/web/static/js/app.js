// One small module for every page; each page works without it.
const root = document.documentElement, { body } = document, all = (what) => document.querySelectorAll(what);

// Online or not, in words.
const net = () => {
  root.toggleAttribute('data-offline', !navigator.onLine);
  all('.net').forEach((mark) => { mark.textContent = body.dataset[navigator.onLine ? 'on' : 'off']; });
};
addEventListener('online', net);
addEventListener('offline', net);
if (!navigator.onLine) net();

// The outline is open on wide screens and folded on phones.
const outline = document.querySelector('.side>details');
if (outline) {
  const wide = matchMedia('(min-width:58rem)');
  const fold = () => { outline.open = wide.matches; outline.toggleAttribute('data-fixed', wide.matches); };
  wide.addEventListener('change', fold);
  fold();
}

// A menu closes with Escape and when one turns elsewhere.
const close = (keep) => all('.menu[open]').forEach((menu) => { if (!menu.contains(keep)) menu.open = false; });
addEventListener('click', (event) => close(event.target));
addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && event.target.closest?.('.menu[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
});

// Code can be copied, on pages that the browser takes for secure.
if (navigator.clipboard && body.dataset.copy) all('.cell>pre>code').forEach((code) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = body.dataset.copy;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = body.dataset.copied;
    setTimeout(() => { button.textContent = body.dataset.copy; }, 2000);
  });
  code.parentNode.after(button);
});

// Where one was reading, so that another device can begin there.
const { resume, csrf } = body.dataset, paragraphs = resume ? [...all('[id^="p-"]')] : [];
if (paragraphs.length) {
  let kept = '', waiting = 0;
  const send = () => {
    clearTimeout(waiting);
    waiting = 0;
    const last = paragraphs.filter((p) => p.getBoundingClientRect().top < innerHeight).pop();
    if (!last || last.id === kept) return;
    if (navigator.sendBeacon(resume, new URLSearchParams({ paragraph: last.id, csrf_token: csrf || '' }))) kept = last.id;
  };
  addEventListener('scroll', () => { waiting ||= setTimeout(send, 10000); }, { passive: true });
  addEventListener('pagehide', send);
}

// What this browser loaded since Monday, in this browser only, for the page that says it.
addEventListener('pagehide', () => {
  const week = Math.floor((Date.now() + 2592e5) / 6048e5), [was, sum] = (localStorage.used || '').split(' ');
  localStorage.used = `${week} ${performance.getEntries().reduce((n, e) => n + (e.transferSize || 0), was == week ? +sum : 0)}`;
}, { once: true });

// Answers that this browser keeps until they are received are sent from every page.
for (const name of ['answers', 'exams']) {
  if (localStorage[name] && !document.querySelector(`[src*="/${name}."]`)
    && Object.keys(localStorage).some((key) => key.startsWith(`${name}/`))) import(localStorage[name]).catch(() => {});
}
