/** Which domain and host a Route gets: config-domain, domain-template and tag-template (Knative: route/config, route/domains). */
import { networking, visibilityClusterLocal } from '../keys.ts';
import { subdomainErrors } from '../names-validation.ts';
import { parseTemplate } from './go-template.ts';
import { TemplateError } from './go-template-ast.ts';
import { clusterDomain } from './namespaces.ts';
import { domainValues, tagValues } from './network.ts';
import { ConfigError, type Data } from './parse.ts';
import type { DomainConfig, PlatformConfig } from './types.ts';
import { parseYaml } from './yaml.ts';

/** A host that the templates cannot make; the Route says so in Knative's words. */
export class DomainNameError extends Error {
  constructor(message: string) {
    super(`domain name error: ${message}`);
    this.name = 'DomainNameError';
  }
}

const clusterLocalDomain = `svc.${clusterDomain}`;
const defaultDomainTemplate = parseTemplate('domain-template', '{{.Name}}.{{.Namespace}}.{{.Domain}}');

/** config-domain. @throws ConfigError */
export function parseDomain(data: Data): DomainConfig {
  const domains: DomainConfig['domains'] = [];
  for (const [domain, text] of Object.entries(data)) {
    if (domain === '_example') continue;
    domains.push({ domain, selector: selectorOf(text) });
  }
  if (!domains.some(({ selector }) => selector === undefined)) {
    domains.push({ domain: clusterLocalDomain, selector: undefined });
  }
  return { domains };
}

function selectorOf(text: string): Record<string, string> | undefined {
  const value = parseYaml(text);
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'array' : typeof value;
    throw new ConfigError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type config.domainInternalConfig`,
    );
  }
  const selector = (value as { selector?: unknown }).selector;
  if (selector === null || selector === undefined) return undefined;
  if (typeof selector !== 'object' || Array.isArray(selector)) {
    throw new ConfigError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${typeof selector} into Go struct field domainInternalConfig.selector of type map[string]string`,
    );
  }
  for (const [key, label] of Object.entries(selector)) {
    if (typeof label !== 'string') {
      throw new ConfigError(
        `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${typeof label} into Go struct field domainInternalConfig.selector.${key} of type string`,
      );
    }
  }
  const entries = Object.entries(selector as Record<string, string>);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** The domain for an object with these labels: the most specific selector, then the smallest name. */
export function domainFor(config: DomainConfig, labels: Readonly<Record<string, string>> | undefined): string {
  if (labels?.[networking.visibility] === visibilityClusterLocal) return clusterLocalDomain;
  let best = '';
  let specificity = -1;
  for (const { domain, selector } of config.domains) {
    const wanted = Object.entries(selector ?? {});
    if (!wanted.every(([key, value]) => labels?.[key] === value)) continue;
    if (wanted.length > specificity || (wanted.length === specificity && domain < best)) {
      best = domain;
      specificity = wanted.length;
    }
  }
  return best;
}

/** The first label(s) of a host: the name itself, or what tag-template makes of name and tag. @throws DomainNameError */
export function hostnameFor(config: PlatformConfig, name: string, tag: string): string {
  if (tag === '') return name;
  return expanded('TagTemplate', () => config.network.tagTemplate.execute(tagValues(name, tag)));
}

/** The host of an object under a hostname of `hostnameFor`. Cluster-local ones ignore domain-template. @throws DomainNameError */
export function domainName(
  config: PlatformConfig,
  metadata: {
    namespace?: string | undefined;
    labels?: Record<string, string> | undefined;
    annotations?: Record<string, string> | undefined;
  },
  hostname: string,
): string {
  const local = metadata.labels?.[networking.visibility] === visibilityClusterLocal;
  const template = local ? defaultDomainTemplate : config.network.domainTemplate;
  const host = expanded('DomainTemplate', () =>
    template.execute(
      domainValues({
        name: hostname,
        namespace: metadata.namespace ?? '',
        domain: domainFor(config.domain, metadata.labels),
        annotations: metadata.annotations,
        labels: metadata.labels,
      }),
    ),
  );
  const errors = domainErrors(host, 'url');
  if (errors.length > 0) throw new DomainNameError(`invalid domain name ${JSON.stringify(host)}: ${errors.join(', ')}`);
  return host;
}

/** Kubernetes' IsFullyQualifiedDomainName; reasons in its words. */
export function domainErrors(host: string, field: string): string[] {
  if (host === '') return [`${field}: Required value`];
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  const invalid = (value: string, why: string) => `${field}: Invalid value: ${JSON.stringify(value)}: ${why}`;
  const wrong = subdomainErrors(name);
  if (wrong.length > 0) return [invalid(name, wrong.join(','))];
  if (name.split('.').length < 2) {
    return [invalid(name, 'should be a domain with at least two segments separated by dots')];
  }
  const long = name.split('.').filter((label) => label.length > 63);
  return long.map((label) => invalid(label, 'must be no more than 63 characters'));
}

function expanded(what: string, work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw new DomainNameError(`error executing the ${what}: ${error.message}`);
    throw error;
  }
}

/** A cluster-local host by all its names: `a.b.svc.cluster.local`, `a.b.svc`, `a.b`. */
export function expandedHosts(host: string): string[] {
  const short = [`.svc.${clusterDomain}`, `.${clusterDomain}`].flatMap((suffix) =>
    host.endsWith(suffix) ? [host.slice(0, -suffix.length)] : [],
  );
  return [...new Set([host, ...short])].sort();
}
