/* What a test asks a page that is open: brought in by the debugger's door, beside axe. */
const oneLine = text => text.replaceAll(/\s+/g, ' ');

/* Every rule of axe that is broken, with its first places. */
async function broken(rules) {
  const { violations } = await axe.run(document, rules);
  return violations.map(rule => `${rule.id}: ${rule.nodes.slice(0, 3).map(node => oneLine(`${node.target} ${node.failureSummary}`)).join(' | ')}`);
}

/* What sticks out of the window and is not inside something that scrolls sideways or cuts. */
function tooWide() {
  const within = element => {
    for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    }
    return false;
  };
  const sticksOut = element => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
  };
  const found = [...document.querySelectorAll('body *')].filter(element => element.checkVisibility() && sticksOut(element) && !within(element));
  const page = document.documentElement.scrollWidth;
  return [...found.slice(0, 5).map(element => `${element.tagName}.${element.className}`), ...(page > innerWidth ? [`the page is ${page} wide`] : [])];
}

/* Every text of ours: not what people wrote, addresses, keys and names, which have a direction of their own. */
function texts() {
  const apart = '[dir=ltr], [dir=auto], [lang=en], bdi, kbd, code, script, style, .prose, .ltr, [name=time_zone]';
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(apart)) found.push(walker.currentNode.data);
  for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
    for (const element of document.querySelectorAll(`[${name}]`)) if (!element.closest(apart)) found.push(element.getAttribute(name));
  }
  return found.map(text => text.trim()).filter(Boolean);
}
