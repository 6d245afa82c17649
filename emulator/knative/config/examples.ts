/** `_example` of each ConfigMap, by `namespace/name`: every setting with its default. Not read by anything. */

const head = [
  '# These lines are an example and change nothing. To change a setting, copy its line to the top level of `data`.',
  '',
];

/** Lines of `key: value  # what it is`. */
function example(...settings: [key: string, value: string, what: string][]): string {
  const lines = settings.flatMap(([key, value, what]) => [`# ${what}`, `${key}: ${JSON.stringify(value)}`, '']);
  return `${[...head, ...lines].join('\n').trimEnd()}\n`;
}

const logging = example(
  ['zap-logger-config', '{"level": "info", "encoding": "json"}', 'How logs are written.'],
  ['loglevel.controller', 'info', 'Level of one component.'],
);

const leaderElection = example(
  ['lease-duration', '60s', 'How long a lease holds.'],
  ['renew-deadline', '40s', 'How long a holder tries to renew it.'],
  ['retry-period', '10s', 'How often others try to get it.'],
  ['buckets', '1', 'Into how many parts the work is divided, 1 to 10.'],
);

const observability = example(
  ['logging.enable-request-log', 'false', 'Write a line for each request.'],
  [
    'logging.request-log-template',
    '{{.Request.Method}} {{.Request.RequestURI}} {{.Response.Code}}',
    'That line, as a Go template.',
  ],
  ['logging.enable-probe-request-log', 'false', 'Write a line for each probe too.'],
  ['logging.enable-var-log-collection', 'false', 'Collect files below /var/log.'],
  [
    'logging.revision-url-template',
    'http://logs.example.com/${REVISION_UID}',
    'Where the logs of a revision can be read.',
  ],
  ['metrics-protocol', 'none', 'none, prometheus, grpc or http/protobuf.'],
  ['tracing-protocol', 'none', 'none, grpc or http/protobuf.'],
);

const tracing = `${head[0]}\n\n# Not used any more: see config-observability.\n`;

const disabled = 'disabled';

export const examples: Readonly<Record<string, string>> = {
  'knative-serving/config-autoscaler': example(
    [
      'container-concurrency-target-percentage',
      '70',
      'Share of the concurrency limit to aim at; up to 1 it is a fraction.',
    ],
    ['container-concurrency-target-default', '100', 'Concurrency to aim at where a revision sets no limit.'],
    ['requests-per-second-target-default', '200', 'Requests a second to aim at, for the metric rps.'],
    [
      'target-burst-capacity',
      '211',
      'Burst that must fit before requests bypass the activator; -1: never, 0: only at zero.',
    ],
    ['stable-window', '60s', 'Window of the average, 6s to 1h.'],
    ['panic-window-percentage', '10', 'Panic window in per cent of the stable one.'],
    ['panic-threshold-percentage', '200', 'Load in per cent of the target at which panic begins.'],
    ['max-scale-up-rate', '1000', 'Largest factor of growth in one step.'],
    ['max-scale-down-rate', '2', 'Largest factor of shrinking in one step.'],
    ['enable-scale-to-zero', 'true', 'Whether idle revisions go to zero.'],
    ['scale-to-zero-grace-period', '30s', 'Time for the network to change over before the last instance goes.'],
    ['scale-to-zero-pod-retention-period', '0s', 'How long the last instance is kept.'],
    ['scale-down-delay', '0s', 'How long less load must last before fewer instances are wanted.'],
    ['pod-autoscaler-class', 'kpa.autoscaling.knative.dev', 'Autoscaler of revisions that name none.'],
    ['activator-capacity', '100', 'Requests that one activator can hold.'],
    ['initial-scale', '1', 'Instances of a new revision.'],
    ['allow-zero-initial-scale', 'false', 'Whether initial-scale may be 0.'],
    ['min-scale', '0', 'Least instances of revisions that do not say.'],
    ['max-scale', '0', 'Most instances of revisions that do not say; 0 is no limit.'],
    ['max-scale-limit', '0', 'The most that a revision may ask for; 0 is no limit.'],
  ),
  'knative-serving/config-certmanager': example(
    ['issuerRef', 'kind: ClusterIssuer\nname: letsencrypt', 'Issuer of certificates for external domains.'],
    ['clusterLocalIssuerRef', 'kind: ClusterIssuer\nname: internal', 'Issuer for names inside the cluster.'],
    ['systemInternalIssuerRef', 'kind: ClusterIssuer\nname: internal', 'Issuer for the platform itself.'],
  ),
  'knative-serving/config-defaults': example(
    ['revision-timeout-seconds', '300', 'Seconds a request may take.'],
    ['max-revision-timeout-seconds', '600', 'The most that a revision may set.'],
    ['revision-response-start-timeout-seconds', '300', 'Seconds until the first byte.'],
    ['revision-idle-timeout-seconds', '0', 'Seconds without a byte; 0 is no limit.'],
    ['revision-cpu-request', '400m', 'CPU set aside for containers that do not say.'],
    ['revision-memory-request', '100M', 'Memory set aside.'],
    ['revision-ephemeral-storage-request', '500M', 'Storage set aside.'],
    ['revision-cpu-limit', '1000m', 'Most CPU of containers that do not say.'],
    ['revision-memory-limit', '200M', 'Most memory.'],
    ['revision-ephemeral-storage-limit', '750M', 'Most storage.'],
    ['container-name-template', 'user-container', 'Name of containers that have none, as a Go template.'],
    ['init-container-name-template', 'init-container', 'Name of init containers that have none.'],
    ['container-concurrency', '0', 'Requests at a time; 0 is no limit.'],
    ['container-concurrency-max-limit', '1000', 'The most that a revision may set.'],
    ['allow-container-concurrency-zero', 'true', 'Whether no limit is allowed.'],
    ['enable-service-links', 'false', 'true, false or default: addresses of services in the environment.'],
  ),
  'knative-serving/config-deployment': example(
    [
      'queue-sidecar-image',
      'slipway.dev/queue:embedded',
      'Image of the queue sidecar; stands for what is built in here.',
    ],
    [
      'registries-skipping-tag-resolving',
      'kind.local,ko.local,dev.local',
      'Registries whose tags are left as they are.',
    ],
    ['digest-resolution-timeout', '10s', 'How long resolving a tag may take.'],
    ['progress-deadline', '600s', 'How long a revision may take to become ready.'],
    ['queue-sidecar-cpu-request', '25m', 'CPU set aside for the sidecar.'],
    ['queue-sidecar-cpu-limit', '1000m', 'Its most CPU.'],
    ['queue-sidecar-memory-request', '400Mi', 'Memory set aside for it.'],
    ['queue-sidecar-memory-limit', '800Mi', 'Its most memory.'],
    ['default-affinity-type', 'prefer-spread-revision-over-nodes', 'How instances are spread, or none.'],
    ['pod-is-always-schedulable', 'false', 'Whether an instance that finds no node is only waited for.'],
  ),
  'knative-serving/config-domain': example(
    ['example.com', '', 'A domain for every Service that no other entry selects.'],
    ['example.org', 'selector:\n  app: shop', 'A domain for Services with these labels.'],
    ['svc.cluster.local', 'selector:\n  app: secret', 'Services with these labels have no public name.'],
  ),
  'knative-serving/config-features': example(
    ['multi-container', 'enabled', 'More than one container in an instance.'],
    ['multi-container-probing', disabled, 'Probes of the further containers.'],
    ['kubernetes.podspec-affinity', disabled, 'affinity in templates.'],
    ['kubernetes.podspec-topologyspreadconstraints', disabled, 'topologySpreadConstraints in templates.'],
    ['kubernetes.podspec-hostaliases', disabled, 'hostAliases in templates.'],
    ['kubernetes.podspec-nodeselector', disabled, 'nodeSelector in templates.'],
    ['kubernetes.podspec-tolerations', disabled, 'tolerations in templates.'],
    ['kubernetes.podspec-fieldref', disabled, 'fieldRef and resourceFieldRef in env.'],
    ['kubernetes.podspec-runtimeclassname', disabled, 'runtimeClassName in templates.'],
    ['kubernetes.podspec-securitycontext', disabled, 'securityContext of the whole pod.'],
    ['kubernetes.podspec-shareprocessnamespace', disabled, 'shareProcessNamespace in templates.'],
    ['kubernetes.podspec-hostipc', disabled, 'hostIPC in templates.'],
    ['kubernetes.podspec-hostpid', disabled, 'hostPID in templates.'],
    ['kubernetes.podspec-hostnetwork', disabled, 'hostNetwork in templates.'],
    ['kubernetes.podspec-priorityclassname', disabled, 'priorityClassName in templates.'],
    ['kubernetes.podspec-schedulername', disabled, 'schedulerName in templates.'],
    ['kubernetes.podspec-dnspolicy', disabled, 'dnsPolicy in templates.'],
    ['kubernetes.podspec-dnsconfig', disabled, 'dnsConfig in templates.'],
    ['kubernetes.containerspec-addcapabilities', disabled, 'capabilities.add of containers.'],
    ['kubernetes.podspec-init-containers', disabled, 'initContainers in templates.'],
    ['kubernetes.podspec-volumes-emptydir', 'enabled', 'emptyDir volumes.'],
    ['kubernetes.podspec-volumes-hostpath', disabled, 'hostPath volumes.'],
    ['kubernetes.podspec-volumes-mount-propagation', disabled, 'mountPropagation of mounts.'],
    ['kubernetes.podspec-volumes-csi', disabled, 'csi volumes.'],
    ['kubernetes.podspec-volumes-ephemeral', disabled, 'ephemeral volumes.'],
    ['kubernetes.podspec-volumes-image', disabled, 'image volumes.'],
    ['kubernetes.podspec-persistent-volume-claim', disabled, 'Claims on persistent volumes.'],
    ['kubernetes.podspec-persistent-volume-write', disabled, 'Writing to them.'],
    ['queueproxy.mount-podinfo', disabled, 'Show fields of the pod to the sidecar.'],
    ['queueproxy.resource-defaults', disabled, 'Resources of the sidecar where config-deployment says nothing.'],
    [
      'secure-pod-defaults',
      disabled,
      'Secure settings for containers that say nothing: disabled, allowrootbounded, enabled.',
    ],
    ['tag-header-based-routing', disabled, 'Choose a tag by the header Knative-Serving-Tag.'],
    ['autodetect-http2', disabled, 'Find out by itself whether an application speaks HTTP/2.'],
  ),
  'knative-serving/config-gc': example(
    ['retain-since-create-time', '48h', 'How long a revision is kept after it was made; disabled: no matter.'],
    ['retain-since-last-active-time', '15h', 'How long after it last served; disabled: no matter.'],
    ['min-non-active-revisions', '20', 'How many are always kept.'],
    ['max-non-active-revisions', '1000', 'How many are kept at most; disabled: no limit.'],
  ),
  'knative-serving/config-leader-election': leaderElection,
  'knative-serving/config-logging': logging,
  'knative-serving/config-network': example(
    ['ingress-class', 'kourier.ingress.networking.knative.dev', 'Which ingress serves.'],
    ['certificate-class', 'cert-manager.certificate.networking.knative.dev', 'Who makes certificates.'],
    [
      'domain-template',
      '{{.Name}}.{{.Namespace}}.{{.Domain}}',
      'Host of a Service; Name, Namespace, Domain, Annotations, Labels.',
    ],
    ['tag-template', '{{.Tag}}-{{.Name}}', 'First label of the host of a tag; Tag, Name.'],
    ['rollout-duration', '0', 'Seconds over which a new revision takes the traffic over.'],
    ['http-protocol', 'Enabled', 'Enabled, or Redirected to HTTPS.'],
    ['default-external-scheme', 'http', 'Scheme in the URLs of Services.'],
    ['autocreate-cluster-domain-claims', 'false', 'Whether a DomainMapping claims its domain by itself.'],
    ['external-domain-tls', 'Disabled', 'Certificates for external domains.'],
    ['cluster-local-domain-tls', 'Disabled', 'Certificates inside.'],
    ['system-internal-tls', 'Disabled', 'Encryption between parts of the platform.'],
    ['enable-mesh-pod-addressability', 'false', 'Instances can be reached directly in a mesh.'],
    ['mesh-compatibility-mode', 'auto', 'auto, enabled or disabled.'],
    ['namespace-wildcard-cert-selector', '', 'Namespaces that get a wildcard certificate.'],
  ),
  'knative-serving/config-observability': observability,
  'knative-serving/config-tracing': tracing,
  'knative-eventing/config-kreference-mapping': example([
    'Pod.v1',
    'http://pods.{{ .SystemNamespace }}.svc.cluster.local/{{ .Name }}',
    'Address of a kind that has none itself.',
  ]),
  'knative-eventing/config-leader-election': leaderElection,
  'knative-eventing/config-logging': logging,
  'knative-eventing/config-observability': observability,
  'knative-eventing/config-ping-defaults': example([
    'data-max-size',
    '-1',
    'Most bytes of the data of a PingSource; -1 is no limit.',
  ]),
  'knative-eventing/config-sugar': example(
    ['namespace-selector', '', 'Namespaces that get a Broker by themselves; "{}" is all.'],
    ['trigger-selector', '', 'Triggers whose Broker is made by itself; "{}" is all.'],
  ),
  'knative-eventing/config-tracing': tracing,
};
