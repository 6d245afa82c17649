/** Schema of JobSink. */
import { addressFields, eventingStatus, policies } from '../duck-schema.ts';
import { object, open, string, type Type } from '../struct/type.ts';

export const jobSinkSpec: Type = object('v1alpha1.JobSinkSpec', 'A Job for each event.', {
  job: open('The Job: metadata and spec.'),
});

export const jobSinkStatus: Type = eventingStatus({
  ...addressFields,
  policies,
  job: object('v1alpha1.JobStatus', 'The jobs made.', { selector: string('Selector of the jobs.') }),
});
