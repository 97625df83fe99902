/* The stopped send: the server's answer stands in the composer's place; the safe way on has the focus. */
import { act, handle } from './actions.js';
import { discard, save } from './draft.js';
import { say } from './toasts.js';

let stopped = null; // {form, panel, resend}

/** Shows what changed beside the draft; answers whether there was anything to show. `html` holds a .stop with data-last-event; `resend` presses again what was pressed. */
export function stop(form, html, resend) {
  const panel = new DOMParser().parseFromString(html, 'text/html').querySelector('.stop');
  if (!panel) return false;
  stopped?.panel.remove();
  stopped = { form, panel, resend };
  form.closest('.composer').before(panel);
  panel.addEventListener('submit', event => event.preventDefault());
  panel.querySelector('[data-action="stop-edit"]')?.focus();
  document.dispatchEvent(new CustomEvent('ticket-changed'));
  return true;
}

const way = run => () => {
  if (!stopped?.panel.isConnected) return false;
  const { form, panel, resend } = stopped;
  stopped = null;
  panel.remove();
  run(form, panel, resend);
};

/** From here on the author has seen what is new. */
const seen = (form, panel) => { form.elements.seen_event_id.value = panel.dataset.lastEvent; };

handle('stop-edit', way((form, panel) => { seen(form, panel); save(form); form.elements.body.focus(); }));
handle('stop-send', way((form, panel, resend) => { seen(form, panel); resend(); }));
handle('stop-keep', way(form => { save(form); document.getElementById('thread')?.focus(); }));
handle('stop-discard', way(async (form, panel) => {
  const text = form.elements.body.value;
  const { undo, discarded } = panel.dataset;
  seen(form, panel);
  await discard(form);
  say(discarded, { undo: { text: undo, run: () => { form.elements.body.value = text; save(form); form.elements.body.focus(); } } });
}));

document.addEventListener('click', event => {
  const button = event.target.closest('.stop [data-action]');
  if (!button || !stopped) return;
  event.preventDefault();
  act(button.dataset.action);
});
