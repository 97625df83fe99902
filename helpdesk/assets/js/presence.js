/* Who views and who writes: after a second in the list and at the composer, gone at once when they leave. */
import { here } from './stream.js';
import { data, icon, make, word } from './words.js';

const { me, agents = [] } = data('agents') ?? {};
const names = new Map(agents.map(agent => [agent.id, agent.name]));
const present = new Map(); // ticket -> Map(agent -> {state, at: since when, told: when a hint said so})
const WRITING = 60_000;
const NEWER = 3000; // a hint of the last moments is newer than a fragment that was under way

document.addEventListener('hint', ({ detail: { kind, ticket, agent, state } }) => {
  if (kind !== 'presence' || agent === me) return;
  const people = present.get(ticket) ?? new Map();
  present.set(ticket, people);
  const known = people.get(agent)?.state === 'gone' ? null : people.get(agent);
  people.set(agent, { state, at: known?.at ?? Date.now(), told: Date.now() });
  if (known || state === 'gone') render(ticket);
  else setTimeout(render, 1000, ticket);
});
document.addEventListener('line', ({ detail }) => { if (detail === 'down') clear(); });
document.addEventListener('reset', clear);
document.addEventListener('rows', ({ detail }) => { if (detail) list(detail); begin(); });
document.addEventListener('ticket-open', () => { begin(); report(); });

/** Shows who is known to be here; a thread brings along who was when it was written: data-here=[[agent, state], …]. */
function begin() {
  for (const place of document.querySelectorAll('[data-here-for][data-here]')) {
    learn(Number(place.dataset.hereFor), JSON.parse(place.dataset.here));
    delete place.dataset.here;
  }
  present.forEach((_, ticket) => render(ticket));
}

/** The same of a list's rows: <script data-present>{ticket: [[agent, state], …]}</script>. */
function list(page) {
  const here = JSON.parse(page.querySelector('[data-present]')?.textContent || 'null');
  if (here) for (const { dataset } of page.querySelectorAll('[data-presence="row"]')) learn(Number(dataset.presenceFor), here[dataset.presenceFor] ?? []);
}

function learn(ticket, people) {
  const known = present.get(ticket) ?? new Map();
  const newer = [...known].filter(([, { told }]) => Date.now() - told < NEWER);
  const then = people.filter(([agent]) => agent !== me).map(([agent, state]) => [agent, { state, at: known.get(agent)?.at ?? 0, told: 0 }]);
  present.set(ticket, new Map([...then, ...newer]));
}

function clear() {
  const tickets = [...present.keys()];
  present.clear();
  tickets.forEach(render);
  setTimeout(report, 300);
}

function render(ticket) {
  const people = [...(present.get(ticket) ?? [])].filter(([, { state, at }]) => state !== 'gone' && Date.now() - at >= 990).sort(([, a], [, b]) => (b.state === 'writing') - (a.state === 'writing'));
  for (const place of document.querySelectorAll(`[data-presence-for="${ticket}"]`)) {
    const fresh = place.dataset.presence === 'ticket' ? people.slice(0, 1).flatMap(bar) : people.slice(0, 2).map(mark);
    place.replaceChildren(...fresh);
    place.classList.toggle('is-writing', people[0]?.[1].state === 'writing');
  }
}

const nameOf = agent => names.get(agent) ?? `#${agent}`;
const letter = name => [...name].find(sign => /\p{L}/u.test(sign))?.toUpperCase() ?? '';
const face = (agent, size = '') => make('span', { class: `av av-${(agent % 5) + 1}${size}`, 'aria-hidden': 'true', 'data-letter': letter(nameOf(agent)) });

function mark([agent, { state }]) {
  const label = word(state, { name: nameOf(agent) });
  return make('span', { class: `who who-${state}`, role: 'img', 'aria-label': label, title: label }, icon(state === 'writing' ? 'pencil' : 'eye'), face(agent));
}

function bar([agent, { state }]) {
  const text = make('span', {}, word(`${state}_here`, { name: nameOf(agent) }));
  const dots = make('span', { class: 'writing', 'aria-hidden': 'true' }, make('span'), make('span'), make('span'));
  return state === 'writing' ? [face(agent, ' av-s'), text, dots] : [face(agent, ' av-s'), text];
}

// What this tab shows, told to the leader when it changes.
let wrote = 0;
let told = '';
export function report() {
  const ticket = document.querySelector('[data-ticket]')?.dataset.ticket;
  const writing = Date.now() - wrote < WRITING && [...document.querySelectorAll('[data-composer-form] textarea')].some(box => box.value.trim());
  const state = writing ? 'writing' : document.hidden ? null : 'viewing';
  const tickets = ticket && state ? [{ number: Number(ticket), state }] : [];
  if (JSON.stringify(tickets) === told) return;
  told = JSON.stringify(tickets);
  here(tickets);
}
document.addEventListener('input', event => { if (event.target.closest('[data-composer-form]')) { wrote = Date.now(); report(); } });
document.addEventListener('sent', () => { wrote = 0; report(); });
document.addEventListener('visibilitychange', report);
document.addEventListener('line', ({ detail }) => { if (detail === 'up') { told = ''; report(); } });
setInterval(report, 5000);
list(document);
begin();
report();
