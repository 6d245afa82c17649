/** Schema of probes. */
import {
  always,
  int32,
  intOrString,
  layout,
  list,
  object,
  pointer,
  required,
  string,
  strings,
  stringType,
  type Type,
} from '../struct/type.ts';

const atomic = { 'x-kubernetes-list-type': 'atomic' } as const;

const httpGet = object('v1.HTTPGetAction', 'Asks by HTTP GET; any status from 200 to 399 is fine.', {
  path: string('Path to ask for.'),
  port: intOrString('Port number or name. Left out: the port that serves requests; a startup probe has to name it.'),
  host: string('Host to connect to; the container itself when left out.'),
  scheme: stringType(string('HTTP (the default) or HTTPS.'), 'v1.URIScheme'),
  httpHeaders: list(
    'Headers to send along.',
    object('v1.HTTPHeader', 'One header.', {
      name: required(string('Name of the header.')),
      value: required(string('Its value.')),
    }),
    atomic,
  ),
});

export const probeHandlers = {
  exec: pointer(
    object('v1.ExecAction', 'Runs a command inside the container; exit code 0 is fine.', {
      command: strings('Program and arguments; not run in a shell.', atomic),
    }),
  ),
  httpGet: pointer(httpGet),
  tcpSocket: pointer(
    object('v1.TCPSocketAction', 'Opens a TCP connection; that it opens is enough.', {
      port: intOrString(
        'Port number or name. Left out: the port that serves requests; a startup probe has to name it.',
      ),
      host: string('Host to connect to; the container itself when left out.'),
    }),
  ),
  grpc: pointer(
    object('v1.GRPCAction', 'Asks the gRPC health service.', {
      port: always(
        int32(
          'Port of the gRPC server. Left out of a readiness probe: the port that serves requests; the others have to name it.',
        ),
      ),
      service: pointer(string('Name of the service to ask about.', { default: '' })),
    }),
  ),
};

/** The Go struct of a probe embeds its handler. */
export function probe(description: string): Type {
  return pointer(
    layout(
      object('v1.Probe', description, {
        '...ProbeHandler': object('v1.ProbeHandler', '', probeHandlers),
        initialDelaySeconds: int32('Seconds to wait after the container has started.'),
        timeoutSeconds: int32('Seconds after which one attempt has failed.'),
        periodSeconds: int32('Seconds between attempts. 0 on a readiness probe: Knative polls many times a second.'),
        successThreshold: int32('Successes in a row that count as ready.'),
        failureThreshold: int32('Failures in a row that count as not ready.'),
      }),
      'ProbeHandler InitialDelaySeconds TimeoutSeconds PeriodSeconds SuccessThreshold FailureThreshold TerminationGracePeriodSeconds:nil',
    ),
  );
}
