/** Why a tag has no digest, in the words of Knative's resolver. */
import { expect, it } from 'vitest';
import { resolutionFailure } from '../../../emulator/pods/docker/digests.ts';
import { digestsIn, isNamed } from '../../../emulator/pods/docker/images.ts';

const head = (url: string, status: string) =>
  `HEAD ${url}: unexpected status code ${status} (HEAD responses have no body, use GET for details)`;

it.each([
  [
    'r.example/team/app:v1',
    'manifest unknown: manifest unknown',
    head('https://r.example/v2/team/app/manifests/v1', '404 Not Found'),
  ],
  [
    'r.example:5000/app',
    'name unknown: no such repository',
    head('https://r.example:5000/v2/app/manifests/latest', '404 Not Found'),
  ],
  [
    '127.0.0.1:5000/app:v1',
    'unauthorized: authentication required',
    head('http://127.0.0.1:5000/v2/app/manifests/v1', '401 Unauthorized'),
  ],
  [
    'localhost:5000/app:v1',
    'no basic auth credentials',
    head('http://localhost:5000/v2/app/manifests/v1', '401 Unauthorized'),
  ],
  [
    'nothing',
    'denied: requested access to the resource is denied',
    head('https://index.docker.io/v2/library/nothing/manifests/latest', '401 Unauthorized'),
  ],
  [
    '127.0.0.1:5009/app:v1',
    'Get "http://127.0.0.1:5009/v2/": dial tcp 127.0.0.1:5009: connect: connection refused',
    'Get "https://127.0.0.1:5009/v2/": dial tcp 127.0.0.1:5009: connect: connection refused; ' +
      'Get "http://127.0.0.1:5009/v2/": dial tcp 127.0.0.1:5009: connect: connection refused',
  ],
  [
    'team/app:v1',
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    'Get "https://index.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
  ],
])('%s: %s', (image, message, words) => expect(resolutionFailure(image, message)).toBe(words));

it('only the digests of its own repository are an image’s', () => {
  const image = { RepoDigests: ['app@sha256:1', 'r.example:5000/team/app@sha256:2'] };
  expect(digestsIn(image, 'docker.io/library/app:v1')).toEqual(['app@sha256:1']);
  expect(digestsIn(image, 'r.example:5000/team/app')).toEqual(['r.example:5000/team/app@sha256:2']);
  expect(digestsIn(image, 'dev.local/app:v1')).toEqual([]);
});

it('what may be the beginning of an id is a name', () => {
  const id = 'a1'.repeat(32);
  const image = { Id: `sha256:${id}`, RepoTags: ['app:latest', 'a1a1:latest'] };
  expect(isNamed(image, 'app')).toBe(true);
  expect(isNamed(image, 'a1a1')).toBe(true);
  for (const name of ['a1a1a1', id, `sha256:${id}`]) expect(isNamed(image, name)).toBe(false);
});
