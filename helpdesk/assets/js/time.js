/* Keeps <time data-time> fresh by the rules of helpdesk/visit/times.py: minutes, hour, weekday, date. */
import { locale, word, zone } from './words.js';

const MINUTE = 60_000;
const format = options => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
const hour = format({ hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });
const weekday = format({ weekday: locale.startsWith('en') ? 'short' : 'long' });
const date = format({ day: 'numeric', month: 'short' });
const dateWithYear = format({ day: 'numeric', month: 'short', year: 'numeric' });
const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });

/** "10:31" in the reader's zone and digits. */
export const clock = moment => hour.format(moment).replace(/^([0٠])(?=[0-9٠-٩])/, '');

/** The short form of a moment as seen now. */
export function short(moment, now = new Date()) {
  const age = now - moment;
  if (age >= 0 && age < 60 * MINUTE) return age < MINUTE ? word('now') : word('minutes', { num: Math.floor(age / MINUTE) });
  if (day.format(moment) === day.format(now)) return clock(moment);
  if (age > 0 && age < 6 * 24 * 60 * MINUTE) return weekday.format(moment);
  return (day.format(moment).slice(0, 4) === day.format(now).slice(0, 4) ? date : dateWithYear).format(moment);
}

export function refreshTimes(root = document) {
  for (const element of root.querySelectorAll('time[data-time="short"]')) {
    const text = short(new Date(element.dateTime));
    if (element.textContent !== text) element.textContent = text;
  }
}

refreshTimes();
setInterval(refreshTimes, 30_000);
document.addEventListener('htmx:after:swap', () => refreshTimes());
