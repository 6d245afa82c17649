/** config-network. */
import { type GoStruct, goMap, goStruct } from './go-template-run.ts';
import { ConfigError, type Data, oneOf, reader } from './parse.ts';
import { templateOf, tried } from './templates.ts';
import type { NetworkConfig } from './types.ts';

const onOff = ['enabled', 'disabled'];

/** config-network. @throws ConfigError */
export function parseNetwork(data: Data): NetworkConfig {
  const read = reader(data);
  const defaultIngressClass = read.string('istio.ingress.networking.knative.dev', 'ingress.class', 'ingress-class');
  const defaultCertificateClass = read.string(
    'cert-manager.certificate.networking.knative.dev',
    'certificate.class',
    'certificate-class',
  );
  const domainSource = read.string('{{.Name}}.{{.Namespace}}.{{.Domain}}', 'domainTemplate', 'domain-template');
  const tagSource = read.string('{{.Tag}}-{{.Name}}', 'tagTemplate', 'tag-template');
  const rolloutDurationSeconds = read.integer(0, 'rolloutDuration', 'rollout-duration');
  const autocreateClusterDomainClaims = read.boolean(
    false,
    'autocreateClusterDomainClaims',
    'autocreate-cluster-domain-claims',
  );
  const enableMeshPodAddressability = read.boolean(false, 'enable-mesh-pod-addressability');
  const defaultExternalScheme = read.string('http', 'defaultExternalScheme', 'default-external-scheme');
  const internalEncryption = read.boolean(false, 'internal-encryption');
  const mesh = oneOf(data['mesh-compatibility-mode'], ['enabled', 'disabled', 'auto'] as const satisfies string[] as (
    | 'enabled'
    | 'disabled'
    | 'auto'
  )[]);
  if (rolloutDurationSeconds < 0) {
    throw new ConfigError(`rollout-duration must be a positive integer, but was ${rolloutDurationSeconds}`);
  }
  const domainTemplate = templateOf('domain-template', domainSource);
  const sample = tried(() =>
    domainTemplate.execute(domainValues({ name: 'foo', namespace: 'bar', domain: 'baz.com' })),
  );
  const [host = '', ...path] = sample.split('/');
  if (host === '') throw new ConfigError('empty hostname');
  if (path.join('/') !== '' || /[?#]/.test(host)) {
    throw new ConfigError(`domain template has url path: /${path.join('/')}`);
  }
  const tagTemplate = templateOf('tag-template', tagSource);
  tried(() => tagTemplate.execute(tagValues('foo', 'v2')));

  const tls = data['external-domain-tls'] ?? data['auto-tls'] ?? data['autoTLS'];
  const protocol = (data['http-protocol'] ?? data['httpProtocol'] ?? '').toLowerCase();
  if (!['', 'enabled', 'disabled', 'redirected'].includes(protocol)) {
    throw new ConfigError(`httpProtocol ${data['http-protocol'] ?? ''} in config-network ConfigMap is not supported`);
  }
  const encryption = (key: string) => {
    const value = (data[key] ?? '').toLowerCase();
    if (value !== '' && !onOff.includes(value)) {
      throw new ConfigError(
        `${key} with value: ${JSON.stringify(data[key])} in config-network ConfigMap is not supported`,
      );
    }
    return value === 'enabled';
  };
  const systemInternalTls = encryption('system-internal-tls') || internalEncryption;
  return {
    defaultIngressClass,
    defaultCertificateClass,
    domainTemplate,
    tagTemplate,
    externalDomainTls: tls?.toLowerCase() === 'enabled',
    httpProtocol: protocol === 'disabled' || protocol === 'redirected' ? protocol : 'enabled',
    rolloutDurationSeconds,
    autocreateClusterDomainClaims,
    enableMeshPodAddressability,
    meshCompatibilityMode: mesh ?? 'auto',
    defaultExternalScheme,
    systemInternalTls,
    clusterLocalDomainTls: encryption('cluster-local-domain-tls'),
  };
}

/** What domain-template sees. */
export function domainValues(values: {
  name: string;
  namespace: string;
  domain: string;
  annotations?: Record<string, string> | undefined;
  labels?: Record<string, string> | undefined;
}): GoStruct {
  return goStruct('config.DomainTemplateValues', {
    Name: values.name,
    Namespace: values.namespace,
    Domain: values.domain,
    Annotations: goMap(values.annotations),
    Labels: goMap(values.labels),
  });
}

/** What tag-template sees. */
export function tagValues(name: string, tag: string): GoStruct {
  return goStruct('config.TagTemplateValues', { Name: name, Tag: tag });
}
