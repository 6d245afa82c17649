/**
 * How Knative Serving's own e2e-tests.sh goes about it, as data: which folders run with which keys of which ConfigMaps, and
 * what its set-up of a test cluster changes. Durations are Go's.
 */

/** Images that the tests name; those that must not exist aside. */
export const testImages = [
  'autoscale',
  'configmimic',
  'failing',
  'grpc-ping',
  'hellohttp2',
  'hellovolume',
  'helloworld',
  'httpproxy',
  'pizzaplanetv1',
  'pizzaplanetv2',
  'readiness',
  'runtime',
  'servingcontainer',
  'sidecarcontainer',
  'singlethreaded',
  'slowstart',
  'timeout',
  'volumes',
  'wsserver',
];

/** Manifests of the checkout: namespaces, a ConfigMap, a Secret, a claim, a quota. */
export const resources = [
  'test/config/cluster-resources.yaml',
  'test/config/test-resources.yaml',
  'test/config/pvc/pvc.yaml',
  'test/config/resource-quota/resource-quota.yaml',
];

/** The one that TestRequestLogs insists on; Knative's own default. */
const requestLogTemplate =
  '{"httpRequest": {"requestMethod": "{{.Request.Method}}", "requestUrl": "{{js .Request.RequestURI}}", "requestSize": "{{.Request.ContentLength}}", "status": {{.Response.Code}}, "responseSize": "{{.Response.Size}}", "userAgent": "{{js .Request.UserAgent}}", "remoteIp": "{{js .Request.RemoteAddr}}", "serverIp": "{{.Revision.PodIP}}", "referer": "{{js .Request.Referer}}", "latency": "{{.Response.Latency}}s", "protocol": "{{.Request.Proto}}"}, "traceId": "{{.TraceID}}"}';

/** The overlays of a test cluster (test/config/ytt/core). */
export const alwaysConfigured = {
  'config-deployment': { 'progress-deadline': '120s' },
  'config-network': { 'autocreate-cluster-domain-claims': 'true' },
  'config-observability': {
    'logging.request-log-template': requestLogTemplate,
    'logging.enable-request-log': 'true',
    'logging.enable-probe-request-log': 'true',
  },
};

const feature = (...names) => ({ 'config-features': Object.fromEntries(names.map((name) => [name, 'Enabled'])) });

export const steps = [
  {
    name: 'conformance',
    note: 'TestContainerErrorMsg with the name of a registry: it skips itself with a local one',
    folders: [
      'conformance/api/v1',
      'conformance/api/v1beta1',
      'conformance/runtime',
      // Skips itself where images have a local registry's name, and wants one that is not there: any other name will do.
      { folder: 'conformance/api/v1', only: '^TestContainerErrorMsg$', repo: 'registry.invalid/none' },
    ],
    timeout: '30m',
  },
  { name: 'e2e', folders: ['e2e'], timeout: '50m' },
  {
    name: 'tagheader',
    folders: ['e2e/tagheader'],
    timeout: '5m',
    config: feature('tag-header-based-routing'),
  },
  {
    name: 'initscale',
    folders: ['e2e/initscale'],
    timeout: '5m',
    config: { 'config-autoscaler': { 'allow-zero-initial-scale': 'true' } },
  },
  { name: 'domainmapping', folders: ['e2e/domainmapping'], timeout: '5m' },
  {
    name: 'gc',
    folders: ['e2e/gc'],
    timeout: '5m',
    config: {
      'config-gc': {
        'retain-since-create-time': 'disabled',
        'retain-since-last-active-time': 'disabled',
        'min-non-active-revisions': '0',
        'max-non-active-revisions': '0',
      },
    },
  },
  {
    name: 'initcontainers',
    folders: ['e2e/initcontainers'],
    timeout: '5m',
    config: feature('kubernetes.podspec-init-containers'),
  },
  {
    name: 'multicontainerprobing',
    folders: ['e2e/multicontainerprobing'],
    timeout: '5m',
    config: feature('multi-container-probing'),
  },
  {
    name: 'pvc',
    folders: ['e2e/pvc'],
    timeout: '5m',
    config: feature(
      'kubernetes.podspec-persistent-volume-claim',
      'kubernetes.podspec-persistent-volume-write',
      'kubernetes.podspec-securitycontext',
    ),
  },
  { name: 'securedefaults', folders: ['e2e/securedefaults'], timeout: '5m', config: feature('secure-pod-defaults') },
];

/** Why tests fail that fail on a real Knative in the same place too. */
export const known = {
  TestEgressTraffic: 'asks www.google.com: needs a network outside',
  TestCallToPublicService:
    'gives a container the gateway’s address as it is seen from outside, 127.0.0.1, which in there is the container itself',
};

/** Folders of e2e-tests.sh that are not run, and why. */
export const notRun = [
  [
    'e2e/clusterlocaldomaintls',
    'needs an issuer of certificates, which the embedded platform has not (ARCHITECTURE.md)',
  ],
  ['e2e/systeminternaltls', 'the same; there is no hop inside that could be encrypted'],
  ['e2e/externaldomaintls', 'the same, with `--https`'],
  ['e2e with the tag hpa', 'its tests skip themselves'],
  ['ha', "stops pods of Knative's own, which are one process here"],
];
