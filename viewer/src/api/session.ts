/** The key or token of a member of staff: kept for this tab only, and gone when it closes. */
const PLACE = 'twin.token';

export function token(): string | null {
  try {
    return window.sessionStorage.getItem(PLACE);
  } catch {
    return null; // a browser that keeps nothing for this page; its visitor can't log in
  }
}

export function keep(secret: string): void {
  window.sessionStorage.setItem(PLACE, secret);
}

export function forget(): void {
  window.sessionStorage.removeItem(PLACE);
}

/** What says to the API who asks; nothing for a visitor. */
export function authorization(secret = token()): Record<string, string> {
  return secret === null ? {} : { authorization: `Bearer ${secret}` };
}
