/** Doctor's report over a context: what helps is in it, and nothing of the company whose cluster it is. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/core/app/document.ts';
import { connect } from '../../../src/core/client.ts';
import type { Finding } from '../../../src/core/doctor.ts';
import { Fault } from '../../../src/core/faults.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { doctorReport, type ReportFacts } from '../../../src/extension/commands/help/report.ts';
import { Connection, type ConnectionPorts } from '../../../src/extension/platform/connection.ts';
import { contextEntries } from '../../../src/extension/platform/context-entries.ts';
import type { Snapshot } from '../../../src/extension/platform/snapshot.ts';
import { temporaryHome } from '../../support/places.ts';
import { seededApi } from '../../support/seeded-api.ts';
import { until } from '../../support/until.ts';

const open = new AsyncDisposableStack();
const home = open.use(temporaryHome('doctor-report'));
afterAll(() => open.disposeAsync());

const en = words('en');
const findings: Finding[] = [{ id: 'node', level: 'ok', text: 'Node.js 24.1.0' }];
const report = (facts: Partial<ReportFacts> & Pick<ReportFacts, 'snapshot'>, language = en) =>
  doctorReport(language, { editor: 'VS Code', findings, applications: [], settings: {}, ...facts });

const secrets = {
  context: 'acme-production',
  token: 'eyJhbGciOi-token',
  key: 'c2VjcmV0LWtleQ==',
  password: 'hunter2-password',
};
/** A company's kubeconfig, whose server is nobody's. */
function kubeconfig(change: object = {}): string {
  const file = join(home.dir, 'acme.kubeconfig');
  const certificate = { 'client-certificate-data': secrets.key, 'client-key-data': secrets.key };
  const user = { token: secrets.token, password: secrets.password, ...certificate };
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config' },
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': secrets.key } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: secrets.context, context: { cluster: 'c', user: 'u', namespace: 'acme-team' } }],
  };
  writeFileSync(file, JSON.stringify({ ...config, ...change }));
  return file;
}

/** What the editor knows of a context once it was connected to, or could not be. */
async function known(kubeconfigFile: string, context: string): Promise<Snapshot> {
  const settings = [{ context, kubeconfig: kubeconfigFile, namespace: 'default' }];
  const [entry] = contextEntries(settings);
  if (!entry) throw new Error('there is no entry');
  const explain = (error: unknown) => {
    const { text, fix } = error instanceof Fault ? en.problem(error) : { text: String(error), fix: '' };
    return `${text} ${fix}`;
  };
  const ports: ConnectionPorts = {
    connect: ({ target }) => connect(target),
    lease: async () => undefined,
    explain,
    log: () => {},
  };
  const connection = open.use(new Connection(entry, ports, () => {}));
  await connection.open().catch(() => {});
  await until('its state', () => ['ready', 'lost'].includes(connection.snapshot.state));
  return connection.snapshot;
}

const leaks = (text: string) =>
  [...Object.values(secrets), home.dir, '127.0.0.1'].filter((each) => text.includes(each));

describe('of a context', () => {
  it('whose server does not answer says so, and names neither it nor what is in the kubeconfig', async () => {
    const snapshot = await known(
      kubeconfig({ users: [{ name: 'u', user: { token: secrets.token } }] }),
      secrets.context,
    );
    // What the tree tells its user names it.
    expect(snapshot.detail).toMatch(/127\.0\.0\.1/);
    const text = report({ snapshot });
    expect(text).toContain('- context; connection lost, trying again; services: 0, revisions: 0, instances: 0');
    expect(leaks(text)).toEqual([]);
  });

  it('that its kubeconfig does not have names none of those that it has', async () => {
    const snapshot = await known(kubeconfig(), 'another');
    expect(leaks(String(snapshot.detail))).toContain(secrets.context);
    expect(leaks(report({ snapshot }))).toEqual([]);
  });

  it('whose credentials are no certificates quotes none of them', async () => {
    const snapshot = await known(kubeconfig(), secrets.context);
    expect(snapshot.state).toBe('lost');
    expect(leaks(report({ snapshot }))).toEqual([]);
  });

  it('that answers counts what is on its server', async () => {
    const api = open.use(await seededApi(home.dir, { services: 3, revisions: 2, name: secrets.context }));
    const snapshot = await known(api.kubeconfig, secrets.context);
    const text = report({ snapshot });
    expect(text).toContain('- context; ready; services: 3, revisions: 6, instances: 0');
    expect(leaks(text)).toEqual([]);
    expect(text).not.toContain('service-0000');
  });
});

it('counts the contexts of the settings, whatever stands there, and tells the rest', async () => {
  const snapshot = await known(kubeconfig(), secrets.context);
  const one = { context: secrets.context, kubeconfig: join(home.dir, 'acme.kubeconfig'), token: secrets.token };
  const settings = { 'platform.port': 9_090, contexts: [one, { name: 'other' }] };
  const text = report({ snapshot, settings });
  expect(text).toContain('- slipway.contexts: 2 entries\n');
  expect(text).toContain('- slipway.platform.port: 9090\n');
  expect(leaks(text)).toEqual([]);
  expect(leaks(report({ snapshot, settings: { contexts: one } }))).toEqual([]);
  expect(report({ snapshot, settings }, words('zh-cn'))).toContain('- slipway.contexts: 2 项\n');
});

it('does not quote what it could not read of a manifest, and says where it stands', async () => {
  const snapshot = await known(kubeconfig(), secrets.context);
  const file = join(home.dir, 'deploy', 'secret.yaml');
  const { problems } = parseYaml(file, `stringData:\n  token: *${secrets.token}\n`);
  expect(leaks(problems.map((problem) => en.problem(problem).text).join())).toEqual([secrets.token]);
  const text = report({ snapshot, applications: [{ name: 'shop', application: undefined, problems }] });
  expect(text).toContain('- shop\n  - secret.yaml:2 This is not valid YAML: …');
  expect(leaks(text)).toEqual([]);
});
