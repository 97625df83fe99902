/* One event stream per browser: a leader chosen by Web Locks listens and tells the other tabs.
   Events on document: hint {ticket, kind, inbox, event, agent}, reset (something may have been missed), behind (something came between the
   making of the page and its listening), line (detail "up" | "down"). */
import { post } from './http.js';
import { data } from './words.js';

const root = document.querySelector('[data-live]');
const me = data('agents')?.me ?? 0;
const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
const tab = unique();
const channel = root && new BroadcastChannel(`live-${me}`);
const POLL = 15_000;
const GRACE = 8000;

let leader = null;
let known = Number(root?.dataset.newest || NaN); // the newest event that this page shows or has heard of
let polling = null;

/** Begins to listen; does nothing on pages without [data-live]. */
export function listen() {
  if (!root) return;
  channel.onmessage = ({ data: { kind, detail } }) => (kind === 'here' || kind === 'bye' ? leader?.note(kind, detail) : tell(kind, detail));
  addEventListener('pagehide', () => channel.postMessage({ kind: 'bye', detail: { tab } }));
  if (!navigator.locks) { lead(); return; }
  navigator.locks.request(`tab-${tab}`, () => new Promise(() => {}));
  navigator.locks.request(`live-${me}`, lead);
}

/** Tells the leader what this tab shows: [{number, state}], state "viewing" or "writing". */
export function here(tickets) {
  if (!root) return;
  mine = { tab, tickets };
  if (leader) leader.note('here', mine);
  else channel.postMessage({ kind: 'here', detail: mine });
}
let mine = { tab, tickets: [] };

function share(kind, detail) {
  channel.postMessage({ kind, detail });
  tell(kind, detail);
}

function tell(kind, detail) {
  if (kind === 'who') return here(mine.tickets);
  if (kind === 'line') line(detail);
  if (kind === 'newest') return catchUp(detail);
  if (kind === 'hint') known = Math.max(known, detail.event ?? 0);
  document.dispatchEvent(new CustomEvent(kind, { detail }));
}

/** A page that was made before the newest event, and listens only since, asks once. */
function catchUp(newest) {
  if (!(newest > known)) return;
  known = newest;
  document.dispatchEvent(new CustomEvent('behind'));
}

/** While no stream works, every region asks by itself. */
function line(state) {
  clearInterval(polling);
  polling = state === 'down' ? setInterval(() => document.dispatchEvent(new CustomEvent('reset')), POLL) : null;
  document.documentElement.toggleAttribute('data-stale', state === 'down');
}

function lead() {
  const tabs = new Map();
  let stream = null; // named by the server's hello
  let source;
  let lost = false;
  let losing;
  let posting;
  let newest = 0;
  leader = { note };
  open();
  share('who');
  setInterval(prune, 5000);

  function open() {
    source = new EventSource(root.dataset.live);
    source.onopen = up;
    source.addEventListener('hint', event => hear(JSON.parse(event.data)));
    source.addEventListener('reset', () => { clearTimeout(losing); share('line', 'up'); share('reset'); });
    source.addEventListener('lost', () => { clearTimeout(losing); losing = setTimeout(share, GRACE, 'line', 'down'); }); // the server's own line
    source.addEventListener('hello', event => { welcome(JSON.parse(event.data)); announce(); });
    source.onerror = broken;
  }

  function hear(hint) {
    newest = Math.max(newest, hint.event ?? 0);
    share('hint', hint);
  }

  function welcome(hello) {
    stream = hello.stream;
    newest = Math.max(newest, hello.newest ?? 0);
    share('newest', newest);
  }

  function up() {
    clearTimeout(losing);
    if (lost) share('reset');
    lost = false;
    share('line', 'up');
  }

  /** A stream is renewed every few minutes; only one that does not come back is a lost line. */
  function broken() {
    if (!lost) losing = setTimeout(share, GRACE, 'line', 'down');
    [lost, stream] = [true, null];
    if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000 + Math.random() * 4000);
  }

  function note(kind, detail) {
    if (kind === 'here' && !tabs.has(detail.tab)) share('newest', newest);
    if (kind === 'bye') tabs.delete(detail.tab);
    else tabs.set(detail.tab, detail.tickets);
    announce();
  }

  /** Many tabs on one ticket count once, and writing goes before viewing. */
  function announce() {
    clearTimeout(posting);
    posting = setTimeout(() => {
      if (!stream) return;
      const tickets = new Map();
      for (const { number, state } of [...tabs.values()].flat()) if (tickets.get(number) !== 'writing') tickets.set(number, state);
      const body = JSON.stringify({ stream, tickets: [...tickets].map(([number, state]) => ({ number, state })) });
      post(root.dataset.here, new Blob([body], { type: 'application/json' })).catch(() => {});
    }, 200);
  }

  /** A tab that died without a word has lost its lock. */
  async function prune() {
    if (!navigator.locks) return;
    const held = new Set((await navigator.locks.query()).held.map(lock => lock.name));
    const before = tabs.size;
    for (const name of tabs.keys()) if (name !== tab && !held.has(`tab-${name}`)) tabs.delete(name);
    if (tabs.size !== before) announce();
  }
  return new Promise(() => {});
}
