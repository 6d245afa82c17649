/** What this machine has and lacks, each with its fix. */

export interface Finding {
  id: 'node' | 'sqlite' | 'dataDirectory' | 'port' | 'localhost' | 'docker' | 'kubectl' | 'git' | 'python' | 'platform';
  level: 'ok' | 'warning' | 'error';
  text: string;
  fix: string | undefined;
}

export async function doctor(_options?: { name?: string; data?: string; env?: NodeJS.ProcessEnv }): Promise<Finding[]> {
  throw new Error('not written yet');
}
