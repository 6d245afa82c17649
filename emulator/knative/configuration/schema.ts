/** Schema of Configuration. */
import { status } from '../conditions-schema.ts';
import { revisionTemplate } from '../revision/schema.ts';
import { type Fields, object, string, type Type } from '../struct/type.ts';

export const configurationSpec: Type = object('v1.ConfigurationSpec', 'What the newest revision should be.', {
  template: revisionTemplate,
});

export const configurationStatusFields: Fields = {
  latestCreatedRevisionName: string('The revision made last; it may not be ready yet.'),
  latestReadyRevisionName: string('The newest revision that became ready.'),
};

export const configurationStatus: Type = status(configurationStatusFields);
