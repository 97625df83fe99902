/* Actions by name. Keys and the palette do them: by a handler registered here, or by pressing [data-action="name"]. */

const handlers = new Map();

/** Registers what a name does; answering false means "not now". */
export const handle = (name, run) => handlers.set(name, run);

const seen = element => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;

/** The visible element of an action, if any. */
export const elementOf = name => [...document.querySelectorAll(`[data-action="${name}"]`)].find(seen);

/** Whether an action can be done now. */
export const possible = name => handlers.has(name) || Boolean(elementOf(name));

/** Does an action; answers whether anything was done. */
export function act(name, event) {
  const handler = handlers.get(name);
  if (handler && handler(event) !== false) return true;
  const element = elementOf(name);
  if (!element) return false;
  if (element.localName === 'summary') return openMenu(element);
  if (element.matches('input:not([type=file]), textarea')) element.focus();
  else element.click();
  return true;
}

function openMenu(summary) {
  const menu = summary.parentElement;
  menu.open = true;
  (menu.querySelector('.menu [aria-current]') ?? menu.querySelector('.menu button, .menu a, .menu input:not([type=hidden])') ?? summary).focus();
  return true;
}
