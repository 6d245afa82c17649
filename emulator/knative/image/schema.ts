/** Schema of Image. */
import { status } from '../conditions-schema.ts';
import { localReference } from '../pod-spec/volumes.ts';
import { list, object, required, string, type Type } from '../struct/type.ts';

export const imageSpec: Type = object('v1alpha1.ImageSpec', 'An image that should be at hand.', {
  image: required(string('The image.')),
  serviceAccountName: string('Service account with which it is pulled.'),
  imagePullSecrets: list('Secrets with which it is pulled.', localReference('Name of the Secret.')),
});

export const imageStatus: Type = status();
