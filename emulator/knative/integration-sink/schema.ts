/** Schema of IntegrationSink. */
import { addressFields, eventingStatus, policies } from '../duck-schema.ts';
import { awsSink, flag } from '../integration-schema.ts';
import { object, pointer, string, type Type } from '../struct/type.ts';

export const integrationSinkSpec: Type = object('v1alpha1.IntegrationSinkSpec', 'Events to another system.', {
  aws: awsSink,
  log: pointer(
    object('v1alpha1.Log', 'A log.', {
      loggerName: string('Category.', { default: 'log-sink' }),
      level: string('Level.', { default: 'INFO' }),
      logMask: flag('Mask what is secret.', false),
      marker: string('Marker.'),
      multiline: flag('A line for each part.', false),
      showAllProperties: flag('Show all properties.', false),
      showBody: flag('Show the content.', true),
      showBodyType: flag('Show the type of the content.', true),
      showExchangePattern: flag('Show the exchange pattern.', true),
      showHeaders: flag('Show headers.', false),
      showProperties: flag('Show custom properties.', false),
      showStreams: flag('Show streams.', false),
      showCachedStreams: flag('Show cached streams.', true),
    }),
  ),
});

export const integrationSinkStatus: Type = eventingStatus({ ...addressFields, policies });
