/* The navigation stays where it was scrolled to from page to page, and shows the line of the page one is on. */
const nav = document.querySelector('.views-in');

if (nav) {
  nav.scrollTop = Number(sessionStorage.getItem('views-top'));
  const current = nav.querySelector('.view[aria-current]');
  if (current?.checkVisibility()) current.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  addEventListener('pagehide', () => sessionStorage.setItem('views-top', nav.scrollTop));
}
