/**
 * An application on disk: slipway.yaml and the manifests in deploy/. Read with positions, so that every error says file,
 * line, column and what was expected; never rewritten.
 */

import type { ObjectInput } from '../client.ts';
import type { Problem, SourcePlace } from '../codes.ts';

export interface Application {
  dir: string;
  /** Of slipway.yaml, else of the only Service. */
  name: string;
  /** slipway.yaml, where there is one. */
  file: string | undefined;
  build: BuildSettings;
  run: RunSettings;
  environments: Record<string, Environment>;
  manifests: Manifest[];
  /** The Knative Service that the build makes the image of; one of `manifests`. */
  service: Manifest;
}

export interface BuildSettings {
  /** Repository without tag. */
  image: string;
  /** Run by the shell in the application's directory before the snapshot. */
  command: string | undefined;
}

export interface RunSettings {
  /** argv of the start command; from slipway.yaml, else guessed from package.json's `start` or the Dockerfile's CMD. */
  start: string[] | undefined;
  /** argv in development mode; `start` where undefined. */
  dev: string[] | undefined;
  env: Record<string, string>;
  /** What can attach: a Node start command can be debugged. */
  debug: 'node' | undefined;
}

export interface Environment {
  name: string;
  context?: string;
  kubeconfig?: string;
  /** Name of an embedded platform. */
  platform?: string;
  namespace?: string;
  registry?: string;
  domain?: string;
  /** Merge patch (RFC 7386) over the Service manifest. */
  patch?: Record<string, unknown>;
  deploy: 'direct' | 'pipeline' | 'hook';
  /** Asks before it deploys. */
  protected: boolean;
}

export interface Manifest {
  file: string;
  /** Index of the document in its file. */
  index: number;
  object: ObjectInput & { metadata: { name: string } };
  /** Where `path` (keys and indexes) stands in the file; the nearest parent that is there. */
  place(path: readonly (string | number)[]): SourcePlace;
}

/** Reads a file's text; undefined where it is not there. An editor gives its unsaved text. */
export type ReadText = (file: string) => Promise<string | undefined>;

/** Everything wrong with it; `application` is there unless an error stands in the way of using it. */
export async function readApplication(
  _dir: string,
  _read?: ReadText,
): Promise<{ application: Application | undefined; problems: Problem[] }> {
  throw new Error('not written yet');
}

/** @throws Fault with the first error and its place */
export async function loadApplication(_dir: string, _read?: ReadText): Promise<Application> {
  throw new Error('not written yet');
}
