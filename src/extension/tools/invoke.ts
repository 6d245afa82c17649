/** What a tool answers: JSON for a model to read, without secrets; failures in words, with what can be done. */
import * as vscode from 'vscode';
import { verdictText } from '../deploy-words.ts';
import type { Deps } from '../deps.ts';
import type { PlatformEntry } from '../platform/snapshot.ts';
import { inputFault, type ToolInputs, type ToolName } from './inputs.ts';

const usualLines = 100;
const deployMs = 900_000;

interface Circumstances {
  signal: AbortSignal;
  /** The platform that the user has confirmed it for, where that was asked. */
  on: PlatformEntry | undefined;
}

/**
 * Never rejects for what a user or a model did wrong: the answer says it.
 * @throws CancellationError
 */
export async function invokeTool(
  deps: Deps,
  tool: ToolName,
  input: unknown,
  { signal, on }: Circumstances,
): Promise<string> {
  const fault = inputFault(tool, input);
  if (fault !== undefined) return JSON.stringify({ error: fault });
  try {
    // The question may have stood for a while.
    if (on) deps.platforms.requireUse(on);
    signal.throwIfAborted();
    return JSON.stringify(await answer(deps, tool, input, { signal, on }), null, 1);
  } catch (error) {
    if (signal.aborted) throw new vscode.CancellationError();
    const { code, text, fix } = deps.problems.explain(error);
    return JSON.stringify({ error: text, code, fix });
  }
}

function answer(deps: Deps, tool: ToolName, input: unknown, circumstances: Circumstances): Promise<unknown> {
  switch (tool) {
    case 'slipway_list':
      return list(deps);
    case 'slipway_deploy':
      return deploy(deps, input as ToolInputs['slipway_deploy'], circumstances);
    case 'slipway_logs':
      return logs(deps, input as ToolInputs['slipway_logs'], circumstances.signal);
    case 'slipway_traffic':
      return traffic(deps, input as ToolInputs['slipway_traffic'], circumstances);
  }
}

async function list(deps: Deps): Promise<unknown> {
  await deps.applications.refresh();
  const { entry, state } = deps.platforms.snapshot;
  const applications = deps.applications.items.map(({ name, dir, application, problems }) => ({
    name,
    folder: vscode.workspace.asRelativePath(dir),
    environments: Object.keys(application?.environments ?? {}),
    problems: problems.map((problem) => deps.problems.of(problem).text),
  }));
  const platform = { name: entry.label, state };
  const { client } = deps.platforms;
  if (!client) return { platform, applications, services: [] };
  const { listServices } = await import('../../core/services.ts');
  const services = await listServices(client, entry.namespace);
  return {
    platform,
    applications,
    services: services.map(({ name, namespace, url, ready, reason, message, running, traffic: targets }) => ({
      name,
      namespace,
      url,
      ready,
      ...(ready === 'True' ? {} : { reason, message }),
      development: running,
      traffic: targets.map(({ revision, percent, tag }) => ({ revision, percent, ...(tag ? { tag } : {}) })),
    })),
  };
}

async function deploy(
  deps: Deps,
  input: ToolInputs['slipway_deploy'],
  { signal, on }: Circumstances,
): Promise<unknown> {
  const { say } = deps.problems.words;
  if (!vscode.workspace.isTrusted) return { error: say('untrusted') };
  const entry = await deps.applications.find((items) => items.find(({ name }) => name === input.application));
  if (!entry) return { error: say('task.unknownApplication', { application: input.application }) };
  const lines: string[] = [];
  const verdict = await deps.deploys.deployTold(
    { dir: entry.dir, name: entry.name, environment: input.environment, on },
    { line: (text) => lines.push(text), signal: AbortSignal.any([signal, AbortSignal.timeout(deployMs)]) },
  );
  if (!verdict) return { error: lines.at(-1) ?? say('deploy.busy', { name: entry.name }) };
  const told = verdictText(deps.problems.words, verdict);
  if (verdict.outcome !== 'failed') return { verdict: told, outcome: verdict.outcome, phases: verdict.phases };
  const { cause, evidence } = verdict;
  return {
    verdict: told,
    outcome: verdict.outcome,
    cause: cause.code,
    fix: deps.problems.of(cause).fix,
    place: evidence.place,
    conditions: evidence.conditions,
    logs: evidence.logs,
  };
}

async function logs(deps: Deps, input: ToolInputs['slipway_logs'], signal: AbortSignal): Promise<unknown> {
  const { service, namespace = 'default', lines: tail = usualLines } = input;
  const [client, { followLogs }] = await Promise.all([
    deps.platforms.need(undefined, signal),
    import('../../core/logs.ts'),
  ]);
  const lines: string[] = [];
  for await (const line of followLogs(client, { service, namespace, tail }, signal)) {
    const what = line.mark === undefined ? line.text : `— ${line.mark} —`;
    lines.push(`${new Date(line.time).toISOString()} ${line.revision} ${what}`);
  }
  return { service, namespace, lines };
}

async function traffic(
  deps: Deps,
  input: ToolInputs['slipway_traffic'],
  { signal, on }: Circumstances,
): Promise<unknown> {
  const { service, namespace = 'default', percent } = input;
  const entry = on ?? deps.platforms.snapshot.entry;
  const key = { namespace, name: service };
  if (percent !== undefined) {
    if (!vscode.workspace.isTrusted) return { error: deps.problems.say('untrusted') };
    const { applySplit } = await import('../views/traffic-actions.ts');
    // It goes to the platform in use at this moment.
    deps.platforms.requireUse(entry);
    signal.throwIfAborted();
    const problem = await applySplit(deps, key, percent);
    if (problem) return { error: problem.text, code: problem.code, fix: problem.fix };
  }
  const [client, { readTraffic }] = await Promise.all([
    deps.platforms.needOf(entry, undefined, signal),
    import('../../core/traffic/traffic.ts'),
  ]);
  const { url, settled, rows, others } = await readTraffic(client, namespace, service);
  return {
    url,
    settled,
    revisions: [...rows, ...others].map(({ revision, percent: wished, actual, tags, ready, failed }) => ({
      revision,
      wished,
      routed: actual,
      tags: tags.map(({ tag }) => tag),
      ready,
      failed,
    })),
  };
}
