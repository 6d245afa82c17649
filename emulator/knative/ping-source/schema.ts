/** Schema of PingSource. */
import { eventingStatus, sourceFields, sourceStatusFields } from '../duck-schema.ts';
import { object, string, type Type } from '../struct/type.ts';

export const pingSourceSpec: Type = object('v1.PingSourceSpec', 'An event that is sent again and again.', {
  ...sourceFields,
  schedule: string(
    'When, as cron: five fields, or six with seconds first; @hourly and the like. Each minute when left out.',
  ),
  timezone: string('Time zone of the schedule, as Asia/Shanghai; that of the platform when left out.'),
  contentType: string('Media type of the data.'),
  data: string('The data.'),
  dataBase64: string('The data in base64; instead of data.'),
});

export const pingSourceStatus: Type = eventingStatus(sourceStatusFields);
