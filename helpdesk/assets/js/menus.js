/* Pickers (details.picker): one open at a time, arrows walk, Escape and a click elsewhere close. */

const open = () => document.querySelectorAll('details.picker[open]');

export function closeMenus(but) {
  let closed = false;
  for (const menu of open()) if (menu !== but) { menu.open = false; closed = true; }
  return closed;
}

document.addEventListener('toggle', event => event.target.matches?.('details.picker') && event.target.open && closeMenus(event.target), true);
document.addEventListener('click', event => closeMenus(event.target.closest('details.picker')));
document.addEventListener('submit', event => { const menu = event.target.closest('details.picker'); if (menu) setTimeout(() => { menu.open = false; menu.querySelector('summary').focus(); }); });

document.addEventListener('keydown', event => {
  const menu = event.target.closest?.('details.picker[open]');
  if (!menu || !['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key) || event.target.matches('select, textarea')) return;
  const items = [...menu.querySelectorAll('.menu-item')];
  if (!items.length) return;
  event.preventDefault();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = items.indexOf(document.activeElement);
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : (at + step + items.length) % items.length;
  items[at < 0 && step < 0 ? items.length - 1 : to].focus();
});
