/** The AWS services that IntegrationSource and IntegrationSink know. */
import { bool, type Fields, int64, object, pointer, required, string, type Type } from './struct/type.ts';

export function flag(description: string, value: boolean): Type {
  const type = bool(description);
  return { ...type, schema: { ...type.schema, default: value } };
}

export function number(description: string, value?: number): Type {
  const { go } = int64('');
  return { schema: { type: 'integer', description, ...(value === undefined ? {} : { default: value }) }, go };
}

const region = string('AWS region.');
const endpoint: Fields = {
  uriEndpointOverride: string('Another endpoint; needs overrideEndpoint.'),
  overrideEndpoint: flag('Whether another endpoint is used.', false),
};
const delay = number('Milliseconds between polls.', 500);

const s3 = pointer(
  object('v1alpha1.AWSS3', 'A bucket of S3.', {
    arn: string('Name or ARN of the bucket.'),
    deleteAfterRead: flag('Delete what was read.', true),
    moveAfterRead: flag('Move what was read.', false),
    destinationBucket: string('Where it is moved.'),
    destinationBucketPrefix: string('Prefix of the name there.'),
    destinationBucketSuffix: string('Suffix of the name there.'),
    region,
    autoCreateBucket: flag('Make the bucket when it is missing.', false),
    prefix: string('Only objects below this prefix.'),
    ignoreBody: flag('Leave the content out.', false),
    ...endpoint,
    forcePathStyle: flag('Name the bucket in the path, not in the host.', false),
    delay,
    maxMessagesPerPoll: number('Most objects of one poll.', 10),
  }),
);

const sqs = pointer(
  object('v1alpha1.AWSSQS', 'A queue of SQS.', {
    arn: string('Name or ARN of the queue.'),
    deleteAfterRead: flag('Delete what was read.', true),
    region,
    autoCreateQueue: flag('Make the queue when it is missing.', false),
    host: string('Host of AWS.', { default: 'amazonaws.com' }),
    protocol: string('http or https.', { default: 'https' }),
    queueURL: string('URL of the queue.'),
    ...endpoint,
    delay,
    greedy: flag('Poll again at once after messages came.', false),
    maxMessagesPerPoll: number('Most messages of one poll.', 1),
    waitTimeSeconds: number('How long a poll waits.'),
    visibilityTimeout: number('How long a message is hidden from others.'),
  }),
);

const sns = pointer(
  object('v1alpha1.AWSSNS', 'A topic of SNS.', {
    arn: string('Name or ARN of the topic.'),
    region,
    autoCreateTopic: flag('Make the topic when it is missing.', false),
    ...endpoint,
  }),
);

const ddbStreams = pointer(
  object('v1alpha1.AWSDDBStreams', 'Changes of a DynamoDB table.', {
    table: string('The table.'),
    region,
    streamIteratorType: string('Where to begin.', { default: 'FROM_LATEST' }),
    ...endpoint,
    delay,
  }),
);

const auth = pointer(
  object('v1alpha1.Auth', 'How to sign in.', {
    secret: pointer(
      object('v1alpha1.Secret', 'By a Secret.', {
        ref: pointer(object('v1alpha1.SecretReference', 'The Secret.', { name: required(string('Its name.')) })),
      }),
    ),
    serviceAccountName: string('By a service account.'),
  }),
);

export const awsSource: Type = pointer(object('v1alpha1.Aws', 'An AWS service.', { s3, sqs, ddbStreams, auth }));
export const awsSink: Type = pointer(object('v1alpha1.Aws', 'An AWS service.', { s3, sqs, sns, auth }));
