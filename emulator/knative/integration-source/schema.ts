/** Schema of IntegrationSource. */
import { eventingStatus, sourceFields, sourceStatusFields } from '../duck-schema.ts';
import { awsSource, number } from '../integration-schema.ts';
import { always, object, open, pointer, string, type Type } from '../struct/type.ts';

export const integrationSourceSpec: Type = object('v1alpha1.IntegrationSourceSpec', 'Events of another system.', {
  ...sourceFields,
  aws: awsSource,
  timer: pointer(
    object('v1alpha1.Timer', 'Events at intervals.', {
      period: always(number('Milliseconds between events.', 1000)),
      message: always(string('Content of each event.')),
      contentType: always(string('Media type of it.', { default: 'text/plain' })),
      repeatCount: number('How many events; no end when left out.'),
    }),
  ),
  template: open('Settings of its pod.'),
});

export const integrationSourceStatus: Type = eventingStatus(sourceStatusFields);
