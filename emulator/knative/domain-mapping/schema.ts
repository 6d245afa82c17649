/** Schema of DomainMapping. */
import { addressable, status } from '../conditions-schema.ts';
import { always, object, pointer, string, type Type } from '../struct/type.ts';

/** duck/v1 KReference. */
export function reference(description: string): Type {
  return object('v1.KReference', description, {
    kind: always(string('Its kind.')),
    namespace: string('Its namespace; the same when left out.'),
    name: always(string('Its name.')),
    apiVersion: string('Its API group and version.'),
    group: string('Its API group, instead of apiVersion. Needs feature kreference-group.'),
    address: pointer(string('Which of its addresses.')),
  });
}

export const domainMappingSpec: Type = object('v1beta1.DomainMappingSpec', 'Whose requests come by this domain.', {
  ref: { ...reference('What serves the domain: a Service or Route of the same namespace.'), required: true },
  tls: pointer(
    object('v1beta1.SecretTLS', 'A certificate that you bring yourself.', {
      secretName: always(string('Secret with tls.crt and tls.key.')),
    }),
  ),
});

export const domainMappingStatus: Type = status({
  url: pointer(string('Address at which the domain serves.')),
  address: pointer(addressable),
});
