// Marking by keyboard: 1 to 5 choose on each line in turn, Enter keeps and goes on. The next answer
// is fetched ahead. The page works without this.
let ahead;

// A page as the browser itself reads it; null when it could not be had.
const read = (url) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.open('GET', url);
  request.responseType = 'document';
  request.onloadend = () => resolve(request.status === 200 ? request.response : null);
  request.send();
});

const begin = () => {
  const form = document.querySelector('[data-marking]');
  (document.querySelector('[data-first]') || form?.querySelector('input[type=radio]'))?.focus({ preventScroll: true });
  ahead = form && !('stay' in form.dataset) && read(form.dataset.next);
};

const show = (page, url) => {
  document.querySelector('main').replaceWith(page.querySelector('main'));
  document.title = page.title;
  history.replaceState(null, '', url);
  scrollTo(0, 0);
  begin();
};

addEventListener('keydown', (event) => {
  const form = document.querySelector('[data-marking]'), { target, key } = event;
  if (!form || event.ctrlKey || event.altKey || event.metaKey || target.closest('textarea,select')) return;
  const lines = [...form.querySelectorAll('fieldset')];
  if (/^[1-5]$/.test(key)) {
    const open = lines.find((line) => !line.querySelector(':checked'));
    const at = lines.includes(target.closest('fieldset')) && !open ? target.closest('fieldset') : open || lines[0];
    const choice = at.querySelector(`[value="${key}"]`), next = lines[lines.indexOf(at) + 1];
    choice.checked = true;
    (next ? next.querySelector('input') : choice).focus();
    event.preventDefault();
  } else if (key === 'Enter' && !target.closest('a,button,summary')) {
    event.preventDefault();
    form.requestSubmit();
  }
});

addEventListener('submit', async (event) => {
  const form = event.target.closest('[data-marking]');
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = '1';
  const { next } = form.dataset, body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' });
    if (answer.type !== 'opaqueredirect') return form.submit(); // refused: the page says why, and asks
    const page = await ahead;
    if (page) show(page, next);
    else location.assign(next);
  } catch {
    delete form.dataset.busy;
    form.querySelector('[data-lost]').hidden = false;
  }
});

begin();
