/**
 * Every web template, as it is made: deployed where the machine has its language, and answering as its README says. Compiled languages
 * in the long run only.
 */
import { execFile, execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { olderThan } from '../../../src/core/doctor.ts';
import { templates } from '../../../src/core/scaffold.ts';
import { request } from '../../support/ingress.ts';
import { serving } from '../../support/kube.ts';
import { usePlatform } from '../../support/platform.ts';

const full = process.env['SLIPWAY_TEST_FULL'] === '1';
const platform = usePlatform('templates', { GOCACHE: join(homedir(), '.cache', 'go-build') });

/** What tells the release of a language, and the oldest that its template asks for. */
const tools: Record<string, [command: string, argument: string, lowest: string]> = {
  'python-web': ['python3', '--version', '3.9'],
  'go-web': ['go', 'version', '1.22'],
  'java-web': ['javac', '--version', '17'],
};
const compiled = ['go-web', 'java-web'];
const web = templates().flatMap(({ id }) => (id.endsWith('-web') && (full || !compiled.includes(id)) ? id : []));

function isHere(template: string): boolean {
  const tool = tools[template];
  if (!tool) return true;
  const [command, argument, lowest] = tool;
  try {
    const text = execFileSync(command, [argument], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return !olderThan(/\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0', lowest);
  } catch {
    return false;
  }
}

describe.each(web)('%s', (id) => {
  it.skipIf(!isHere(id))(
    'is deployed as it is made, answers, and logs in fields what it was asked',
    async () => {
      const { at, slipway, up, kube, env } = platform();
      const name = `made-${id}`;
      expect((await slipway('new', id, at(name))).code).toBe(0);
      // With an empty cache Go compiles its own library first, which is no part of this.
      if (id === 'go-web') await promisify(execFile)('go', ['build', '-o', '/dev/null', '.'], { cwd: at(name), env });
      const deployed = await slipway('deploy', at(name));
      expect(deployed.code, deployed.stderr).toBe(0);
      const { host } = new URL((await kube.get(serving('default', 'services', name))).status?.url ?? '');
      const answer = await request(up.ingress, { host, path: '/?name=Ada%20%22A%22' });
      expect(JSON.parse(answer.body)).toEqual({ message: 'Hello, Ada "A"!', revision: `${name}-00001` });
      expect((await request(up.ingress, { host, path: '/healthz' })).status).toBe(200);
      const { stdout } = await slipway('logs', name);
      expect(stdout).toMatch(/"(?:msg|message)":\s*"request".*"name":\s*"Ada \\"A\\""/);
    },
    300_000,
  );
});
