import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The gateway serves these beside the files themselves, so that it never compresses while it carries messages. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    // Once they are written: others change them until then.
    writeBundle({ dir }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (!/\.(js|css|svg|json)$/.test(fileName)) continue;
        const path = join(dir!, fileName);
        const source = readFileSync(path);
        if (source.length < 1024) continue;
        writeFileSync(`${path}.br`, brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${path}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}

// For work on the console: `npm run dev` beside a gateway.
const gateway = process.env['CROSSPOINT_URL'] ?? 'http://127.0.0.1:8080';
const proxy = Object.fromEntries(['/v1', '/health', '/metrics', '/openapi'].map((path) => [path, gateway]));

export default defineConfig({
  base: '/console/',
  plugins: [react(), compressed()],
  // The gateway puts a fresh value in its place with every page.
  html: { cspNonce: '__CSP_NONCE__' },
  build: { target: 'es2023', sourcemap: false, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy },
  preview: { proxy },
});
