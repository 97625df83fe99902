/* Requests to our own server, with the token that forms carry. */

export const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';

export const headers = () => ({ 'HX-Request': 'true', 'X-CSRFToken': token() });

/** POSTs a form; answers the Response, whatever its status. Throws when there is no line. */
export const post = (url, body, signal) => fetch(url, { method: 'POST', body, headers: headers(), signal, credentials: 'same-origin' });

/** The text of a fragment, or null when it may not be seen (any more) or the line is down. */
export async function fragment(url) {
  try {
    const answer = await fetch(url, { headers: { 'HX-Request': 'true' }, credentials: 'same-origin' });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}
