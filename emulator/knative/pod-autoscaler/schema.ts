/** Schema of PodAutoscaler. */
import { status } from '../conditions-schema.ts';
import { always, int32, int64, object, pointer, required, string, stringType, type Type } from '../struct/type.ts';

/** core/v1 ObjectReference. */
export function objectReference(description: string): Type {
  return object(
    'v1.ObjectReference',
    description,
    {
      kind: string('Its kind.'),
      namespace: string('Its namespace.'),
      name: string('Its name.'),
      uid: string('Its uid.'),
      apiVersion: string('Its API group and version.'),
      resourceVersion: string('Its resource version.'),
      fieldPath: string('A part of it.'),
    },
    { 'x-kubernetes-map-type': 'atomic' },
  );
}

export const protocolType: Type = required(
  stringType(string('Protocol of the application: http1 or h2c.'), 'networking.ProtocolType'),
);

export const podAutoscalerSpec: Type = object('v1alpha1.PodAutoscalerSpec', 'What is scaled, and how.', {
  containerConcurrency: int64('The most requests that one instance handles at a time. 0 is no limit.'),
  scaleTargetRef: { ...objectReference('The Deployment that is scaled.'), required: true },
  reachability: string('Reachable or Unreachable: whether a route leads to it. Empty: not known yet.'),
  protocolType,
});

export const podAutoscalerStatus: Type = {
  ...status({
    serviceName: always(string('Service through which the revision is reached.')),
    metricsServiceName: always(string('Service through which it is measured.')),
    desiredScale: pointer(int32('Instances that there should be.')),
    actualScale: pointer(int32('Instances that are ready.')),
  }),
};
