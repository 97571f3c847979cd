// Log in at an OpenID Connect provider: the authorization code flow with PKCE (RFC 7636), of a client without a secret.
import type { Provider } from './types';

const PLACE = 'twin.login';

/** What has to be known when the provider sends the visitor back. */
interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly client: string;
  readonly redirect: string;
  readonly tokenEndpoint: string;
  /** The permalink of the page that was left. */
  readonly hash: string;
}

/** Goes to the provider; it sends the visitor back here with a code. */
export async function begin({ issuer, client, scopes }: Provider): Promise<void> {
  const about = await discover(issuer);
  const state = random();
  const verifier = random();
  const redirect = window.location.origin + window.location.pathname;
  const pending: Pending = { state, verifier, client, redirect, tokenEndpoint: about.token_endpoint, hash: window.location.hash };
  window.sessionStorage.setItem(PLACE, JSON.stringify(pending));
  const address = new URL(about.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: client,
    redirect_uri: redirect,
    scope: scopes,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  window.location.assign(address);
}

/** The token of a visitor whom the provider sent back; the address becomes what it was before. Throws when it is refused. */
export async function finish(): Promise<string> {
  const answer = new URLSearchParams(window.location.search);
  const pending = JSON.parse(window.sessionStorage.getItem(PLACE) ?? 'null') as Pending | null;
  window.sessionStorage.removeItem(PLACE);
  window.history.replaceState(null, '', window.location.pathname + (pending?.hash ?? window.location.hash));
  const code = answer.get('code');
  // Another state is an answer to a question that was not asked here.
  if (!pending || answer.get('state') !== pending.state || !code) throw new Error(answer.get('error') ?? 'no code');
  const response = await fetch(pending.tokenEndpoint, {
    method: 'POST',
    credentials: 'omit',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: pending.client,
      redirect_uri: pending.redirect,
      code_verifier: pending.verifier,
    }),
  });
  if (!response.ok) throw new Error(`${pending.tokenEndpoint} answers ${response.status}`);
  const given = (await response.json()) as { access_token?: string; id_token?: string };
  // An access token may be opaque; the API then reads who it is from the id token.
  const secret = [given.access_token, given.id_token].find((candidate) => candidate?.split('.').length === 3);
  if (secret === undefined) throw new Error(`${pending.tokenEndpoint} gives no JSON Web Token`);
  return secret;
}

/** The challenge that a verifier answers, by S256. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

async function discover(issuer: string): Promise<{ authorization_endpoint: string; token_endpoint: string }> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { credentials: 'omit' });
  if (!response.ok) throw new Error(`${issuer} answers ${response.status}`);
  const about = (await response.json()) as { issuer: string; authorization_endpoint: string; token_endpoint: string };
  if (about.issuer !== issuer) throw new Error(`${issuer} says that it is ${about.issuer}`);
  return about;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
