/** Schema of Revision and of the template it is made from. */
import { status } from '../conditions-schema.ts';
import { podSpecFields } from '../pod-spec/schema.ts';
import { int32, int64, list, named, object, pointer, string, stringMap, strings, type Type } from '../struct/type.ts';

export const revisionSpec: Type = object('v1.RevisionSpec', 'What a revision runs, and how.', {
  '...PodSpec': object('v1.PodSpec', '', podSpecFields),
  containerConcurrency: pointer(int64('The most requests that one instance handles at a time; 0 is no limit.')),
  timeoutSeconds: pointer(int64('Seconds that a request may take in all.')),
  responseStartTimeoutSeconds: pointer(int64('Seconds within which the first byte of the answer must come.')),
  idleTimeoutSeconds: pointer(int64('Seconds that may pass without a byte of the answer. 0 is no limit.')),
});

/** Left open: what a client sends in metadata beyond these stays. */
export const templateMetadata: Type = named(
  {
    ...object('v1.ObjectMeta', 'Name, labels and annotations of the revisions made from the template.', {
      name: string('Name of the revision, beginning with the name of the Service and a dash. Chosen when left out.'),
      generateName: string('Not for templates.'),
      namespace: string('The namespace.'),
      labels: stringMap('Labels.'),
      annotations: stringMap('Annotations, as autoscaling.knative.dev/min-scale.'),
      finalizers: strings('Finalizers.'),
    }),
  },
  'ObjectMeta',
);

export const revisionTemplate: Type = object('v1.RevisionTemplateSpec', 'What each new revision is made from.', {
  metadata: {
    ...templateMetadata,
    schema: { ...templateMetadata.schema, 'x-kubernetes-preserve-unknown-fields': true },
  },
  spec: revisionSpec,
});

const digests = (description: string) =>
  list(
    description,
    object('v1.ContainerStatus', 'One container.', {
      name: string('Name of the container.'),
      imageDigest: string('Its image by digest.'),
    }),
  );

export const revisionStatus: Type = status({
  logUrl: string('Where its logs can be read.'),
  containerStatuses: digests('Images of the containers, by digest.'),
  initContainerStatuses: digests('Images of the init containers, by digest.'),
  actualReplicas: pointer(int32('Instances that are ready.')),
  desiredReplicas: pointer(int32('Instances that there should be.')),
});
