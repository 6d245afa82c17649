/** Schema of ServerlessService. */
import { status } from '../conditions-schema.ts';
import { objectReference, protocolType } from '../pod-autoscaler/schema.ts';
import { int32, object, string, type Type } from '../struct/type.ts';

export const serverlessServiceSpec: Type = object('v1alpha1.ServerlessServiceSpec', 'Who is reached, and which way.', {
  mode: string('Serve: the instances directly. Proxy: through the activator.'),
  objectRef: { ...objectReference('The Deployment behind it.'), required: true },
  protocolType,
  numActivators: int32('How many activators stand before it; 0 is all.'),
});

export const serverlessServiceStatus: Type = status({
  serviceName: string('Service that requests go to.'),
  privateServiceName: string('Service with the instances themselves.'),
});
