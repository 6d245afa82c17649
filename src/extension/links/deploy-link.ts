/** `vscode://slipway.slipway/deploy?application=NAME&environment=ENV`: read strictly, since anybody may have written it. Pure leaf. */

export interface DeployLink {
  application: string;
  environment: string | undefined;
}

const dnsLabel = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const environmentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Only names, never paths or addresses: what is deployed must be in the workspace already. undefined: no such link. */
export function deployLinkOf({ path, query }: { path: string; query: string }): DeployLink | undefined {
  if (path !== '/deploy' && path !== '/deploy/') return undefined;
  const parameters = new URLSearchParams(query);
  const known = [...parameters.keys()];
  if (known.some((key) => key !== 'application' && key !== 'environment') || new Set(known).size !== known.length)
    return undefined;
  const application = parameters.get('application') ?? '';
  const environment = parameters.get('environment') ?? undefined;
  if (!dnsLabel.test(application)) return undefined;
  if (environment !== undefined && !environmentName.test(environment)) return undefined;
  return { application, environment };
}
