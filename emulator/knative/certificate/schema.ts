/** Schema of Certificate. */
import { status } from '../conditions-schema.ts';
import { intOrString, list, object, pointer, required, string, strings, type Type } from '../struct/type.ts';

export const certificateSpec: Type = object('v1alpha1.CertificateSpec', 'A certificate that is wanted.', {
  dnsNames: required(strings('Names it is for.')),
  domain: string('Domain of the names.'),
  secretName: required(string('Secret that will hold it.')),
});

export const certificateStatus: Type = status({
  notAfter: pointer(string('When it ends.', { format: 'date-time' })),
  http01Challenges: list(
    'Challenges to answer.',
    object('v1alpha1.HTTP01Challenge', 'One challenge.', {
      url: string('URL that is asked for.'),
      serviceName: string('Service that answers.'),
      serviceNamespace: string('Its namespace.'),
      servicePort: intOrString('Its port.'),
    }),
  ),
});
