/* Small changes of a ticket (form[data-done]): told in a toast whose undo puts the old value back. */
import { open } from './list.js';
import { post } from './http.js';
import { plain, say, show } from './toasts.js';
import { word } from './words.js';

const before = new WeakMap();

// The old value is noted when the form leaves: the page may be changed by others before the answer is here.
document.addEventListener('submit', event => {
  const form = event.target;
  if (form.matches('[data-done]')) before.set(form, { ...form.dataset, action: form.action });
}, true);

document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  const was = before.get(ctx.sourceElement);
  if (!was || (ctx.response?.raw?.status ?? 500) >= 400) return;
  before.delete(ctx.sourceElement);
  say(was.done, was.wasName ? { undo: { text: was.undoText, run: () => back(was) } } : {});
  changed();
});

async function back({ action, wasName, was }) {
  const body = new FormData();
  body.set(wasName, was);
  await post(action, body).catch(() => {});
  changed();
}

const changed = () => document.dispatchEvent(new CustomEvent('ticket-changed'));

// An answer that has not left yet is taken back; its text returns to the composer.
document.addEventListener('submit', event => {
  const action = event.target.getAttribute('action') ?? '';
  const [, message] = action.match(/^\/messages\/(\d+)\/cancellation$/) ?? [];
  if (!message) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.closest('[data-toast]')?.remove();
  takeBack(action, message);
}, true);

async function takeBack(action, message) {
  const here = document.getElementById(`message-${message}`) && location.pathname; // asked first: the page may hear that it went before our answer comes
  const answer = await post(action, new FormData()).catch(() => null);
  if (!answer?.ok) say((answer && plain(await answer.text())) || word('failed'), { late: true });
  else show(await answer.text());
  if (answer?.ok && here === location.pathname) open(location.href, { push: false });
  else changed();
}
