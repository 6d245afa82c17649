/** The Applications tree out of the workspace's applications and the platform's objects. Pure leaf: no editor, no platform. */
import type { PingSchedule } from '../../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Application } from '../../core/app/model.ts';
import { crashOf, isCrashed, type Trouble, troubleOf } from '../../core/crash.ts';
import type { DomainModel } from '../../core/domains.ts';
import type { Gateway } from '../../core/gateway.ts';
import type { Locale } from '../../core/messages/render.ts';
import type { PingModel } from '../../core/ping.ts';
import type { RevisionModel } from '../../core/revisions.ts';
import type { InstanceModel, ServiceModel } from '../../core/services.ts';
import { ownPaths, shortCause, tellingCause } from '../../core/short-cause.ts';
import { type RetiringRow, retirementOf } from '../../core/traffic/retire.ts';
import type { Say } from '../messages.ts';
import {
  keyText,
  podsOf,
  podsOfRevision,
  revisionCount,
  revisionsOf,
  type ServiceKey,
  type Snapshot,
  serviceKey,
  shortRevision,
} from '../platform/snapshot.ts';
import { serviceTrouble } from '../platform/trouble.ts';
import { pingHover, revisionHover } from './hovers.ts';
import { icons, late, type NodeIcon, type TreeNode } from './nodes.ts';
import { agoText, clockText, inText } from './time.ts';

/** The core's pure readings of objects, given so that this module needs no part of the client. */
export interface Readers {
  service(object: KubeObject, gateway?: Gateway): ServiceModel;
  revision(object: KubeObject, service?: KubeObject): RevisionModel;
  instance(object: KubeObject): InstanceModel;
  domain(object: KubeObject, gateway?: { port: number | undefined }): DomainModel;
  ping(object: KubeObject): PingModel;
  /** A cron schedule in words. */
  schedule(locale: Locale, schedule: string): Promise<string>;
}

export interface ApplicationsInput {
  snapshot: Snapshot;
  applications: readonly { dir: string; name: string; application: Application | undefined; problemCount: number }[];
  /** By `namespace/name` of the PingSource. */
  schedules: ReadonlyMap<string, PingSchedule>;
  /** Directory → what its deploy does now. */
  deploying: ReadonlyMap<string, string>;
  /** Requests per second by service key, where they are measured. */
  rates: ReadonlyMap<string, number>;
  /** Limits that are passed, in a few words, by service key. */
  alerts: ReadonlyMap<string, string>;
  now: number;
  /** Whether commands may be offered that run programs of the workspace. */
  trusted: boolean;
  locale: Locale;
}

const manyRevisions = 10;

export function applicationsTree(input: ApplicationsInput, readers: Readers, say: Say): TreeNode[] {
  const build = builder(input, readers, say);
  const own = new Set<string>();
  const running = input.snapshot.services.filter(isRun);
  const deployed = input.snapshot.services.filter((service) => !isRun(service));
  const applications = input.applications.map((entry) => {
    const mine = deployed.filter((service) => owns(entry.application, service));
    for (const service of mine) own.add(keyText(serviceKey(service)));
    return build.application(entry, mine);
  });
  const rest = deployed.filter((service) => !own.has(keyText(serviceKey(service))));
  const nodes = [...applications];
  if (running.length > 0) {
    nodes.push(build.group('running', say('tree.running'), say('tree.runningHint'), icons.running, running));
  }
  if (rest.length > 0) {
    if (applications.length === 0) nodes.push(...sorted(rest).map((service) => build.service(service, 'other')));
    else nodes.push(build.group('others', say('tree.others'), say('tree.othersHint'), icons.group, rest));
  }
  return nodes;
}

function builder(input: ApplicationsInput, readers: Readers, say: Say) {
  const { snapshot, now } = input;
  const writable = input.trusted && !snapshot.entry.readOnly;
  const crash = (pods: readonly KubeObject[]) => crashOf(pods.map(readers.instance));

  const modelOf = (service: KubeObject): ServiceModel => readers.service(service, snapshot.gateway);

  const stateWord = (ready: ServiceModel['ready']): string =>
    ready === 'True' ? say('lens.ready') : ready === 'False' ? say('tree.failed') : say('tree.starting');

  function application(entry: ApplicationsInput['applications'][number], services: readonly KubeObject[]): TreeNode {
    const doing = input.deploying.get(entry.dir);
    const changed = services
      .map((service) => lastChange(revisionsOf(snapshot, serviceKey(service))))
      .sort()
      .at(-1);
    const problems =
      entry.problemCount === 0
        ? undefined
        : entry.problemCount === 1
          ? say('tree.problems.one')
          : say('tree.problems.many', { count: entry.problemCount });
    const deployed = changed
      ? say('tree.deployed', { ago: agoText(say, now - Date.parse(changed)) })
      : // Of a platform that is not there nothing is known.
        snapshot.state === 'ready' && say('tree.notDeployed');
    const canStart = writable && entry.application !== undefined;
    const description = doing ?? [deployed, problems].filter(Boolean).join(' · ');
    const hasChildren = services.length > 0 || hasSources(entry.application);
    return {
      // The editor remembers a node that had nothing below it as closed: with something below it is another one.
      id: `application:${entry.dir}${hasChildren ? '' : '#'}`,
      label: entry.name,
      description,
      tooltip: [entry.name, entry.dir, problems].filter(Boolean).join('\n'),
      icon: doing ? icons.starting : entry.application ? icons.application : icons.problem,
      context: words(
        'application',
        canStart && 'deployable',
        canStart && Object.keys(entry.application?.environments ?? {}).length > 0 && 'environments',
        canStart && 'runnable',
        canStart && entry.application?.run.debug && 'debuggable',
      ),
      subject: { type: 'application', dir: entry.dir },
      expanded: hasChildren ? 'open' : 'none',
      children: () => [
        ...sorted(services).map((service) => serviceNode(service, entry.dir)),
        ...snapshot.pings.filter((ping) => owns(entry.application, ping)).map(pingNode),
      ],
    };
  }

  function group(
    id: string,
    label: string,
    tooltip: string,
    icon: NodeIcon,
    services: readonly KubeObject[],
  ): TreeNode {
    return {
      id: `group:${id}`,
      label,
      description: String(services.length),
      tooltip,
      icon,
      context: words('group', id),
      subject: { type: 'group' },
      expanded: id === 'running' ? 'open' : 'closed',
      children: () => sorted(services).map((service) => serviceNode(service, id)),
    };
  }

  function serviceNode(service: KubeObject, parent: string): TreeNode {
    const key = serviceKey(service);
    const id = `${parent}/service:${keyText(key)}`;
    return late(id, () => builtService(id, service, key, parent));
  }

  function builtService(id: string, service: KubeObject, key: ServiceKey, parent: string): TreeNode {
    const model = modelOf(service);
    const revisions = revisionCount(snapshot, key);
    const instances = podsOf(snapshot, key)
      .map(readers.instance)
      .filter(({ ready }) => ready).length;
    const rate = input.rates.get(keyText(key));
    const alert = input.alerts.get(keyText(key));
    const count = revisions === 1 ? say('tree.revisions.one') : say('tree.revisions.many', { count: revisions });
    const trouble = serviceTrouble(snapshot, model, crash);
    const state =
      trouble !== undefined
        ? troubleText(trouble)
        : instances === 0 && model.ready === 'True'
          ? say('tree.zero')
          : count;
    const parts = [
      alert,
      state,
      rate !== undefined && rate > 0 && say('tree.rate', { value: rate < 10 ? rate.toFixed(1) : Math.round(rate) }),
    ];
    if (key.namespace !== 'default' && parent !== 'running') parts.unshift(key.namespace);
    return {
      id,
      label: key.name,
      description: parts.filter(Boolean).join(' · '),
      spoken: stateWord(model.ready !== 'True' && trouble !== undefined ? 'False' : model.ready),
      tooltip: [keyText(key), model.url, detailText(trouble ?? model)].filter(Boolean).join('\n'),
      icon:
        model.ready === 'True'
          ? alert !== undefined
            ? icons.problem
            : instances > 0
              ? icons.ready
              : icons.zero
          : trouble !== undefined
            ? icons.failed
            : icons.starting,
      context: words(
        'service',
        model.url && 'url',
        model.running ? 'dev' : 'deployed',
        revisions > 1 && 'several',
        writable && 'writable',
      ),
      subject: { type: 'service', key, url: model.url },
      expanded: parent === 'others' || parent === 'other' ? 'closed' : 'open',
      children: () => serviceChildren(service, key, id),
    };
  }

  function serviceChildren(service: KubeObject, key: ServiceKey, parent: string): TreeNode[] {
    const models = revisionsOf(snapshot, key).map((revision) => readers.revision(revision, service));
    const wanted = models.filter((model, index) => index < manyRevisions || model.percent > 0 || model.tags.length > 0);
    const older = models.length - wanted.length;
    const rows = models.map(retiringRow);
    return [
      ...wanted.map((model) => revisionNode(model, service, key, parent, retirementOf(rows, model.name))),
      ...(older > 0 ? [moreNode(key, older, parent)] : []),
      ...snapshot.domains
        .map((mapping) => readers.domain(mapping, snapshot.gateway))
        .filter((domain) => domain.namespace === key.namespace && domain.service === key.name)
        .map((domain) => domainNode(domain, parent)),
      ...snapshot.pings.filter((ping) => pingFires(ping, key) && !ownedByWorkspace(ping)).map(pingNode),
    ];
  }

  function ownedByWorkspace(ping: KubeObject): boolean {
    return input.applications.some(({ application }) => owns(application, ping));
  }

  function revisionNode(
    model: RevisionModel,
    service: KubeObject,
    key: ServiceKey,
    parent: string,
    retirement: ReturnType<typeof retirementOf>,
  ): TreeNode {
    const instances = podsOfRevision(snapshot, key, model.name).map(readers.instance);
    const ready = instances.filter((instance) => instance.ready).length;
    const isStarting = ready === 0 && instances.some(({ state }) => state !== 'Terminating');
    const trouble = troubleOf(model, () => crashOf(instances));
    const failed = trouble !== undefined;
    const scale =
      ready === 0
        ? isStarting || model.ready === 'Unknown'
          ? say('tree.starting')
          : say('tree.zero')
        : ready === 1
          ? say('tree.instances.one')
          : say('tree.instances.many', { count: ready });
    const description = trouble
      ? troubleText(trouble)
      : [model.percent > 0 && say('tree.percent', { percent: model.percent }), ...model.tags, scale]
          .filter(Boolean)
          .join(' · ');
    const url = tagUrl(modelOf(service), model);
    const state = stateWord(failed ? 'False' : model.ready);
    return {
      id: `${parent}/revision:${model.name}`,
      label: shortRevision(model.name, key.name),
      description,
      spoken: state,
      tooltip: '',
      hover: () =>
        revisionHover(
          { model, state, trouble, instances: ready > 0 || failed ? String(ready) : scale, locale: input.locale },
          say,
        ),
      icon: failed
        ? icons.failed
        : model.ready === 'Unknown'
          ? icons.starting
          : ready > 0
            ? icons.ready
            : isStarting
              ? icons.waiting
              : icons.zero,
      context: words(
        'revision',
        url && 'url',
        failed && 'failed',
        revisionCount(snapshot, key) > 1 && 'several',
        !failed && writable && model.percent < 100 && 'sendable',
        typeof retirement === 'object' && 'retirable',
        writable && 'writable',
      ),
      subject: { type: 'revision', key, revision: model.name, url },
      expanded: instances.length > 0 ? 'closed' : 'none',
      children: () => instances.map((instance) => instanceNode(instance, key, model.name, parent)),
    };
  }

  function moreNode(key: ServiceKey, count: number, parent: string): TreeNode {
    return leaf(`${parent}/more`, say('tree.more', { count }), '', '', { name: 'ellipsis' }, 'more', {
      type: 'service',
      key,
      url: undefined,
    });
  }

  function instanceNode(instance: InstanceModel, key: ServiceKey, revision: string, parent: string): TreeNode {
    const restarts = instance.restarts > 0 && say('tree.restarts', { count: instance.restarts });
    const icon = instance.ready ? icons.ready : isCrashed(instance) ? icons.failed : icons.waiting;
    return leaf(
      `${parent}/instance:${instance.name}`,
      instance.name.startsWith(`${revision}-deployment-`)
        ? instance.name.slice(`${revision}-deployment-`.length)
        : instance.name,
      [instance.state, instance.runtime, restarts].filter(Boolean).join(' · '),
      [instance.name, instance.state, ownPaths(instance.message)].filter(Boolean).join('\n'),
      icon,
      'instance',
      { type: 'instance', key, revision, pod: instance.name },
    );
  }

  function domainNode(domain: DomainModel, parent: string): TreeNode {
    const failed = domain.ready === 'False';
    return leaf(
      `${parent}/domain:${domain.host}`,
      domain.host,
      failed ? troubleText(domain) : '',
      [domain.url, domain.message || domain.reason].filter(Boolean).join('\n'),
      failed ? icons.failed : icons.domain,
      words('domain', domain.url && 'url', writable && 'writable'),
      { type: 'domain', namespace: domain.namespace, host: domain.host, url: domain.url, service: domain.service },
    );
  }

  function pingNode(object: KubeObject): TreeNode {
    const ping = readers.ping(object);
    const schedule = input.schedules.get(`${ping.namespace}/${ping.name}`);
    const next = schedule?.next.find((at) => at > now);
    const last = schedule?.last;
    const told = last && say('tree.last', { status: last.status || '–' });
    const went = last && (last.status >= 200 && last.status < 300 ? 'well' : 'wrong');
    const parts =
      ping.ready === 'False'
        ? [ping.reason]
        : [
            // A narrow row cuts off what comes last: that is what is in order.
            went === 'wrong' && told,
            next === undefined
              ? ping.schedule
              : say('tree.next', { time: clockText(next, now, input.locale), in: inText(say, next - now) }),
            went === 'well' && told,
          ];
    const node = leaf(
      `ping:${ping.namespace}/${ping.name}`,
      ping.name,
      parts.filter(Boolean).join(' · '),
      '',
      ping.ready === 'False' ? icons.failed : icons.ping,
      words('ping', writable && 'writable'),
      { type: 'ping', namespace: ping.namespace, name: ping.name },
    );
    node.hover = async () => {
      const inWords = await readers.schedule(input.locale, ping.schedule);
      return pingHover({ ping, schedule, words: inWords, now, locale: input.locale }, say);
    };
    return node;
  }

  return { application, group, service: serviceNode };
}

/** That an application ended is told by its mark and its hover: where it said why, a narrow row has room for that alone. */
const ended = /^(CrashLoopBackOff|Error|ExitCode\d+|RevisionFailed)$/;
const troubleText = ({ reason, message }: Trouble): string =>
  (ended.test(reason) && tellingCause(message)) || [reason, shortCause(message)].filter(Boolean).join(': ');
const detailText = ({ reason, message }: Trouble): string => ownPaths(message) || reason;

function leaf(
  id: string,
  label: string,
  description: string,
  tooltip: string,
  icon: NodeIcon,
  context: string,
  subject: TreeNode['subject'],
): TreeNode {
  return { id, label, description, tooltip, icon, context, subject, expanded: 'none', children: () => [] };
}

/** Named by one of the application's manifests (in its namespace where the manifest gives one). */
function owns(application: Application | undefined, object: KubeObject): boolean {
  return (application?.manifests ?? []).some(
    ({ object: manifest }) =>
      manifest.kind === object.kind &&
      groupOf(manifest.apiVersion) === groupOf(object.apiVersion) &&
      manifest.metadata.name === object.metadata.name &&
      (manifest.metadata.namespace === undefined || manifest.metadata.namespace === object.metadata.namespace),
  );
}

function pingFires(ping: KubeObject, key: ServiceKey): boolean {
  const spec = ping.spec as { sink?: { ref?: { kind?: string; name?: string; namespace?: string } } } | undefined;
  const ref = spec?.sink?.ref;
  return (
    ref?.kind === 'Service' && ref.name === key.name && (ref.namespace ?? ping.metadata.namespace) === key.namespace
  );
}

function isRun(service: KubeObject): boolean {
  return service.metadata.labels?.['slipway.dev/run'] !== undefined;
}

function hasSources(application: Application | undefined): boolean {
  return (application?.manifests ?? []).some(({ object }) => object.kind === 'PingSource');
}

function lastChange(revisions: readonly KubeObject[]): string {
  return revisions[0]?.metadata.creationTimestamp ?? '';
}

function tagUrl(service: ServiceModel, revision: RevisionModel): string | undefined {
  return service.traffic.find((target) => target.revision === revision.name && target.url !== undefined)?.url;
}

function retiringRow({ name, percent, tags, ready, created }: RevisionModel): RetiringRow {
  const failed = ready === 'False';
  return { revision: name, percent, tags: tags.map((tag) => ({ tag })), ready, failed, created, followsLatest: false };
}

function sorted(services: readonly KubeObject[]): KubeObject[] {
  const named = services.map((service) => ({ text: keyText(serviceKey(service)), service }));
  return named.sort((one, other) => (one.text < other.text ? -1 : 1)).map(({ service }) => service);
}

function groupOf(apiVersion: string): string {
  return apiVersion.split('/')[0] ?? '';
}

function words(...parts: (string | false | undefined)[]): string {
  return parts.filter(Boolean).join('-');
}
