/** What is installed, and what each process reads. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { largestAtStart } from '../../scripts/lib/at-start.mjs';
import { dist } from '../../scripts/lib/paths.mjs';
import { largest } from '../../scripts/package.mjs';

const kB = (file) => Math.round(statSync(file).size / 1024);

export async function sizes({ vsix }) {
  const whole = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const pages = readdirSync(join(dist, 'webview')).filter((name) => name.endsWith('.js'));
  return [
    { name: 'package (.vsix)', value: kB(vsix), unit: 'kB', atMost: largest / 1024 },
    {
      name: 'what activation reads',
      value: kB(join(dist, 'extension-main.js')),
      unit: 'kB',
      atMost: largestAtStart / 1024,
    },
    { name: 'all bundles, unpacked', value: Math.round(whole / 1024), unit: 'kB' },
    ...['cli.mjs', 'platform.mjs', 'dataplane.mjs', 'guardian.mjs'].map((name) => ({
      name: `bundle ${name}`,
      value: kB(join(dist, name)),
      unit: 'kB',
    })),
    ...pages.map((name) => ({ name: `page ${name}`, value: kB(join(dist, 'webview', name)), unit: 'kB' })),
  ];
}
