import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, accessOf, onLoggedOut } from '../src/api/client';
import { begin, challengeOf, finish } from '../src/api/oidc';
import { keep, token } from '../src/api/session';

const PROVIDER = { title: 'Gemeente', issuer: 'https://inlog.nl', client: 'viewer', scopes: 'openid' };
const ABOUT = {
  issuer: PROVIDER.issuer,
  authorization_endpoint: 'https://inlog.nl/auth?kc=1',
  token_endpoint: 'https://inlog.nl/token',
};
const SECRET = 'aaa.bbb.ccc';

type Ask = (path: string, init: RequestInit) => Response;
const replaced = vi.fn();
let left: URL | null;
let ask: Ask;
const fetched = vi.fn((path: string, init: RequestInit) => Promise.resolve(ask(path, init)));
const json = (content: unknown, status = 200): Response => new Response(JSON.stringify(content), { status });

beforeEach(() => {
  const kept = new Map<string, string>();
  left = null;
  ask = () => json(ABOUT);
  fetched.mockClear();
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('window', {
    sessionStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    },
    location: { origin: 'https://stad.nl', pathname: '/', hash: '#lang=nl', search: '', assign: (to: URL) => (left = to) },
    history: { replaceState: replaced },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('asking as staff', () => {
  it('sends the token with every request, and nothing for a visitor', async () => {
    ask = () => json([]);
    await api.catalogue();
    keep(SECRET);
    await api.catalogue();
    const sent = fetched.mock.calls.map(([, init]) => new Headers(init.headers).get('authorization'));
    expect(sent).toEqual([null, `Bearer ${SECRET}`]);
  });

  it('goes on as a visitor when the token is trusted no more, and tells so once', async () => {
    const told = vi.fn();
    onLoggedOut(told);
    keep(SECRET);
    ask = (_, init) => (new Headers(init.headers).has('authorization') ? json({}, 401) : json([]));
    await expect(Promise.all([api.catalogue(), api.catalogue()])).resolves.toEqual([[], []]);
    expect(told).toHaveBeenCalledTimes(1);
    expect(token()).toBeNull();
  });

  it('gives a file to who asks with their token, and no smaller one to who was logged out', async () => {
    keep(SECRET);
    ask = (_, init) => new Response(new Headers(init.headers).get('authorization'));
    expect(await (await api.file('/api/x?f=csv')).text()).toBe(`Bearer ${SECRET}`);
    ask = () => json({}, 401);
    fetched.mockClear();
    await expect(api.file('/api/x?f=csv')).rejects.toThrow('401');
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(token()).toBeNull();
  });

  it('does not keep a key that the API refuses', async () => {
    ask = () => json({}, 401);
    await expect(accessOf('fout')).rejects.toThrow('401');
    expect(token()).toBeNull();
  });
});

describe('the authorization code flow', () => {
  it('makes the challenge of RFC 7636, appendix B', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  it('leaves with a challenge, and exchanges the code with its verifier', async () => {
    await begin(PROVIDER);
    const query = left?.searchParams ?? new URLSearchParams();
    expect(left?.origin).toBe('https://inlog.nl');
    expect(Object.fromEntries(query)).toMatchObject({ kc: '1', response_type: 'code', client_id: 'viewer', redirect_uri: 'https://stad.nl/' });
    window.location.search = `?code=xyz&state=${query.get('state') ?? ''}`;
    ask = () => json({ access_token: 'opaque', id_token: SECRET });
    expect(await finish()).toBe(SECRET);
    const body = fetched.mock.calls.at(-1)?.[1].body as URLSearchParams;
    expect(await challengeOf(body.get('code_verifier') ?? '')).toBe(query.get('code_challenge'));
    expect(replaced).toHaveBeenCalledWith(null, '', '/#lang=nl');
  });

  it('refuses an answer to another question, a second use, and another issuer', async () => {
    await begin(PROVIDER);
    window.location.search = '?code=xyz&state=other';
    await expect(finish()).rejects.toThrow('no code');
    // Whoever made that address up leaves the view as it was.
    window.location.hash = '#object=pand/1';
    await expect(finish()).rejects.toThrow('no code');
    expect(replaced).toHaveBeenLastCalledWith(null, '', '/#object=pand/1');
    expect(fetched).toHaveBeenCalledTimes(1);
    ask = () => json({ ...ABOUT, issuer: 'https://kwaad.nl' });
    await expect(begin(PROVIDER)).rejects.toThrow('kwaad.nl');
  });
});
