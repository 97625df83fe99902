/* The banner of a lost line; composing goes on. */
import { word } from './words.js';

const banner = document.getElementById('offline');
let hiding;
function showBanner(text, stays) {
  if (!banner) return;
  clearTimeout(hiding);
  banner.hidden = false;
  banner.querySelector('span').textContent = text;
  if (!stays) hiding = setTimeout(() => { banner.hidden = true; }, 4000);
}
document.addEventListener('line', ({ detail }) => {
  if (detail === 'down') showBanner(navigator.onLine ? word('stale') : word('offline'), true);
  else if (banner && !banner.hidden) showBanner(word('back'), false);
});
addEventListener('offline', () => showBanner(word('offline'), true));
document.addEventListener('outbox-sent', () => showBanner(word('back_sent'), false));
