/* The numbers beside the views. What a page came without is asked for once it stands. */
import { fragment } from './http.js';

const AGAIN = 400; // milliseconds; a request counts a few views, the next one the others
const MOST = 6;

/** Puts counts into their places. values: {view: text} */
export function fillCounts(values) {
  for (const [key, count] of Object.entries(values)) {
    const place = document.querySelector(`[data-count="${CSS.escape(key)}"]`);
    if (!place) continue;
    place.removeAttribute('data-uncounted');
    if (place.textContent !== String(count || '')) place.textContent = count || '';
  }
}

async function count(times = 0) {
  if (times >= MOST || !document.querySelector('[data-uncounted]')) return;
  const text = await fragment('/tickets/counts');
  if (text === null) return;
  fillCounts(JSON.parse(text));
  setTimeout(count, AGAIN, times + 1);
}

count();
