/* Sending a reply or a note: once, whatever is pressed how often; without a line it is kept and sent once when it is back. */
import { forget, save } from './draft.js';
import { uploading } from './files.js';
import { post } from './http.js';
import { openNext } from './list.js';
import { refreshTicket } from './live-ticket.js';
import { toEnd } from './scroll.js';
import { stop } from './stopped.js';
import { say, show } from './toasts.js';
import { word } from './words.js';

const RETRY = 5000;
const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.matches?.('[data-composer-form]')) return;
  event.preventDefault();
  send(form, event.submitter);
});

/** Sends a form as its button says; a second press while it is under way does nothing. */
export async function send(form, button) {
  if (form.dataset.busy || !form.elements.body.value.trim()) return;
  busy(form, true);
  while (uploading(form)) await new Promise(resolve => form.addEventListener('uploaded', resolve, { once: true }));
  const fields = new FormData(form, button?.form === form ? button : undefined);
  const then = button?.dataset.send;
  fields.delete('next'); // the browser goes on by itself
  await deliver(form, fields, then);
}

async function deliver(form, fields, then) {
  let answer;
  try {
    answer = await post(form.action, fields);
  } catch {
    return keep(form, fields, then);
  }
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) return keep(form, fields, then);
  await heed(form, answer, then);
}

/** What the server says: sent, stopped, or a refusal in words. */
async function heed(form, answer, then) {
  const text = await answer.text();
  busy(form, false);
  if (answer.redirected && new URL(answer.url).pathname === '/login') say(word('signed_out'), { late: true });
  else if (answer.status === 409 && stop(form, text, () => send(form, buttonOf(form, then)))) problem(form, '');
  else if (!answer.ok) problem(form, text || word('failed'));
  else await sent(form, text, then);
  return answer.ok;
}

const buttonOf = (form, then) => form.querySelector(`[data-send="${then ?? 'send'}"]`);

/** The answer is a toast; the thread is asked for at once. */
async function sent(form, text, then) {
  form.elements.body.value = '';
  form.elements.idempotency_key.value = unique();
  form.querySelector('[data-files]')?.replaceChildren();
  problem(form, '');
  forget(form);
  document.dispatchEvent(new CustomEvent('sent'));
  show(text);
  if (then === 'send-next') return openNext();
  form.elements.body.focus();
  await refreshTicket();
  toEnd();
}

/** No line: the text stays, and goes out once; its key makes sure that it goes out once only. */
function keep(form, fields, then) {
  busy(form, false);
  save(form);
  say(word('offline'));
  form.dataset.queued = 'yes';
  let trying = false;
  const again = async () => {
    if (trying || !form.isConnected || !form.dataset.queued) return;
    if (fields.get('body') !== form.elements.body.value || form.dataset.busy) { delete form.dataset.queued; return; }
    trying = true;
    try {
      const answer = await post(form.action, fields);
      if ([502, 503, 504].includes(answer.status)) throw new Error(answer.statusText);
      delete form.dataset.queued;
      if (await heed(form, answer, then)) document.dispatchEvent(new CustomEvent('outbox-sent'));
    } catch {
      setTimeout(again, RETRY);
    } finally {
      trying = false;
    }
  };
  addEventListener('online', again, { once: true });
  setTimeout(again, RETRY);
}

function busy(form, on) {
  form.toggleAttribute('data-busy', on);
  if (on) form.dataset.busy = 'yes';
  for (const button of form.querySelectorAll('[data-send]')) button.setAttribute('aria-disabled', on);
}

function problem(form, html) {
  const place = form.querySelector('[data-problem]');
  if (!place) return;
  place.hidden = !html;
  place.replaceChildren(...new DOMParser().parseFromString(html, 'text/html').body.childNodes);
}
