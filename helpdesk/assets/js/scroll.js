/* The thread's scroll: who reads at the end follows; who reads above is told and not moved. */
import { word } from './words.js';

const NEAR = 48;
const thread = () => document.getElementById('thread');
const atEnd = box => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

/** Shows the newest message. */
export const toEnd = (box = thread()) => { if (box) box.scrollTop = box.scrollHeight; };

// The composer grows, somebody's presence appears above it: who read at the end still does.
let ended = true;
const keeper = new ResizeObserver(() => { if (ended) toEnd(); });

/** Runs a change of the thread and keeps the reader's place. */
export async function grow(box, change) {
  const [end, top] = [atEnd(box), box.scrollTop];
  const before = box.querySelectorAll('.msg').length;
  await change();
  const now = thread();
  if (!now) return;
  if (end) return toEnd(now);
  if (Math.abs(now.scrollTop - top) > 1 && !CSS.supports('overflow-anchor', 'auto')) now.scrollTop = top;
  tell(now.querySelectorAll('.msg').length - before);
}

function tell(count) {
  const pill = document.querySelector('[data-thread-pill]');
  if (!pill || count <= 0) return;
  pill.hidden = false;
  pill.querySelector('span').textContent = word('new_message', { num: count });
}

document.addEventListener('click', event => { if (event.target.closest('[data-thread-pill]')) toEnd(); });
document.addEventListener('scroll', event => {
  if (event.target !== thread()) return;
  ended = atEnd(thread());
  const pill = document.querySelector('[data-thread-pill]');
  if (pill && ended) pill.hidden = true;
}, true);

function begin() {
  toEnd();
  ended = true;
  keeper.disconnect();
  if (thread()) keeper.observe(thread());
}
document.addEventListener('ticket-open', begin);
begin();
document.fonts?.ready.then(begin);
