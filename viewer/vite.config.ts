import { defineConfig, type Plugin } from 'vite';

// Only the built page is locked down: the dev server injects inline scripts of its own.
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'", // the meshopt decoder is WebAssembly
  "img-src 'self' blob: data:",
  // Staff log in at a provider; the header of "twin serve" narrows this to those that access.toml names.
  "connect-src 'self' blob: data: https: http://127.0.0.1:* http://localhost:*",
].join('; ');

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
    ],
  };
}

const api = process.env['TWIN_API'] ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: './',
  plugins: [contentSecurityPolicy()],
  build: {
    outDir: '../twin/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { '/api': api, '/3dtiles': api } },
});
