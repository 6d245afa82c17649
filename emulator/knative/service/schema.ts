/** Schema of Service: a Configuration's and a Route's in one. */
import { status } from '../conditions-schema.ts';
import { configurationSpec, configurationStatusFields } from '../configuration/schema.ts';
import { routeSpec, routeStatusFields } from '../route/schema.ts';
import { object, type Type } from '../struct/type.ts';

export const serviceSpec: Type = object('v1.ServiceSpec', 'What runs, and which revisions get the requests.', {
  '...ConfigurationSpec': configurationSpec,
  '...RouteSpec': routeSpec,
});

export const serviceStatus: Type = status({ ...configurationStatusFields, ...routeStatusFields });
