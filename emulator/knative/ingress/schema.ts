/** Schema of Knative's Ingress. */
import { status } from '../conditions-schema.ts';
import {
  bool,
  int32,
  intOrString,
  list,
  map,
  object,
  pointer,
  required,
  string,
  stringMap,
  strings,
  stringType,
  type Type,
} from '../struct/type.ts';

const split = object('v1alpha1.IngressBackendSplit', 'One share of the requests.', {
  '...IngressBackend': object('v1alpha1.IngressBackend', '', {
    serviceNamespace: required(string('Namespace of the Service.')),
    serviceName: required(string('Service that gets them.')),
    servicePort: required(intOrString('Its port.')),
  }),
  // Go's int; no format.
  percent: { ...int32('Share in per cent.'), schema: { type: 'integer', description: 'Share in per cent.' } },
  appendHeaders: stringMap('Headers to add.'),
});

const path = object('v1alpha1.HTTPIngressPath', 'One path.', {
  path: string('Prefix of the path; all when left out.'),
  rewriteHost: string('Host to send on instead.'),
  headers: map(
    'Headers that must have these values.',
    object('v1alpha1.HeaderMatch', 'A value.', { exact: required(string('The whole value.')) }),
  ),
  splits: required(list('Who gets the requests.', split)),
  appendHeaders: stringMap('Headers to add.'),
});

export const ingressSpec: Type = object('v1alpha1.IngressSpec', 'Which hosts lead where.', {
  tls: list(
    'Certificates.',
    object('v1alpha1.IngressTLS', 'One certificate.', {
      hosts: strings('Hosts it is for.'),
      secretName: string('Secret that holds it.'),
      secretNamespace: string('Its namespace.'),
    }),
  ),
  rules: list(
    'Rules by host.',
    object('v1alpha1.IngressRule', 'One rule.', {
      hosts: strings('Hosts it is about.'),
      visibility: stringType(string('ExternalIP or ClusterLocal.'), 'v1alpha1.IngressVisibility'),
      http: pointer(
        object('v1alpha1.HTTPIngressRuleValue', 'What happens to requests.', {
          paths: required(list('By path; the longest that fits wins.', path)),
        }),
      ),
    }),
  ),
  httpOption: stringType(string('Enabled, or Redirected to HTTPS.'), 'v1alpha1.HTTPOption'),
});

const loadBalancer = (description: string) =>
  pointer(
    object('v1alpha1.LoadBalancerStatus', description, {
      ingress: list(
        'Where it is reached.',
        object('v1alpha1.LoadBalancerIngressStatus', 'One address.', {
          ip: string('IP address.'),
          domain: string('Host name.'),
          domainInternal: string('Host name inside.'),
          meshOnly: bool('Only through a mesh.'),
        }),
      ),
    }),
  );

export const ingressStatus: Type = status({
  publicLoadBalancer: loadBalancer('Where external requests come in.'),
  privateLoadBalancer: loadBalancer('Where requests from inside come in.'),
});
