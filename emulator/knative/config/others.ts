/** ConfigMaps that mean nothing to this platform but are held to their form, as Knative does. */
import { ConfigError, type Data, reader } from './parse.ts';
import { parseYaml } from './yaml.ts';

/** config-logging. @throws ConfigError */
export function checkLogging(data: Data): void {
  for (const [key, value] of Object.entries(data)) {
    if (!key.startsWith('loglevel.') || value === '') continue;
    if (!/^(debug|info|warn|error|dpanic|panic|fatal)$/i.test(value)) {
      throw new ConfigError(`unrecognized level: ${JSON.stringify(value)}`);
    }
  }
}

/** config-leader-election. @throws ConfigError */
export function checkLeaderElection(data: Data): void {
  const read = reader(data);
  read.duration(60_000, 'leaseDuration', 'lease-duration');
  read.duration(40_000, 'renewDeadline', 'renew-deadline');
  read.duration(10_000, 'retryPeriod', 'retry-period');
  const buckets = read.integer(1, 'buckets');
  if (buckets < 1 || buckets > 10) throw new ConfigError(`buckets: value must be between 1 <= ${buckets} <= 10`);
}

/** config-certmanager: references to issuers. @throws ConfigError */
export function checkCertManager(data: Data): void {
  for (const key of ['issuerRef', 'clusterLocalIssuerRef', 'systemInternalIssuerRef']) {
    const text = data[key];
    if (text === undefined) continue;
    const value = parseYaml(text);
    if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
      const kind = Array.isArray(value) ? 'array' : typeof value;
      throw new ConfigError(
        `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type v1.ObjectReference`,
      );
    }
  }
}
