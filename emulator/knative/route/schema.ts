/** Schema of Route and of traffic targets. */
import { addressable, status } from '../conditions-schema.ts';
import { bool, type Fields, int64, list, object, pointer, string, type Type } from '../struct/type.ts';

const target = object('v1.TrafficTarget', 'One share of the traffic.', {
  tag: string('Gives this target an address of its own, <tag>-<name>.'),
  revisionName: string('The revision that gets it.'),
  configurationName: string('The Configuration whose newest ready revision gets it.'),
  latestRevision: pointer(bool('True: the newest ready revision gets it, whichever that is.')),
  percent: pointer(int64('Share of all requests; all shares sum up to 100.')),
  url: pointer(string('Address of the tag. In a status only.')),
});

export const traffic: Type = list('How requests are shared out among revisions.', target);

export const routeSpec: Type = object('v1.RouteSpec', 'Which revisions get the requests.', { traffic });

export const routeStatusFields: Fields = {
  url: pointer(string('Address at which it serves.')),
  address: pointer(addressable),
  traffic: list('The shares as they are now.', target),
};

export const routeStatus: Type = status(routeStatusFields);
