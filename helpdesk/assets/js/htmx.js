/* htmx for the declarative parts: forms and links with hx-* attributes. History and errors are ours. */
import htmx from 'htmx.org';
import { token } from './http.js';
import { plain, say } from './toasts.js';
import { word } from './words.js';

htmx.config.history = false;
htmx.config.defaultTimeout = 10000;

// A morph never closes what somebody has opened, and never touches what has focus.
htmx.registerExtension('calm', {
  htmx_before_morph_attr: (element, { attrName }) => !(attrName === 'open' && element.localName === 'details'),
  htmx_before_morph_node: element => !(element.matches?.('input, textarea, select, details[open]') && element.contains(document.activeElement)),
});

document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  if (ctx.request.method !== 'GET') ctx.request.headers['X-CSRFToken'] = token();
});

// A refusal is told in its own words instead of being swapped in.
document.addEventListener('htmx:before:swap', event => {
  if (refused(event.detail.ctx)) event.preventDefault();
});
document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
  if (refused(ctx)) say(plain(ctx.text) || word('failed'), { late: true });
});
const refused = ctx => (ctx.response?.raw?.status ?? 200) >= 400;
document.addEventListener('htmx:error', () => say(word('failed'), { late: true }));

export default htmx;
