/** Finds applications: directories with a slipway.yaml, or with a Knative Service in deploy/. */

/** From `dir` upwards to the first application; undefined where there is none. */
export async function findApplicationAbove(_dir: string): Promise<string | undefined> {
  throw new Error('not written yet');
}

/** Every application below the roots, sorted; node_modules, dot folders and build output are not entered. */
export async function findApplications(_roots: readonly string[], _options?: { depth?: number }): Promise<string[]> {
  throw new Error('not written yet');
}
