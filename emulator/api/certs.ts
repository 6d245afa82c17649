/** The API's own CA, its server certificate and the client certificate of the kubeconfig; kept in a folder, 0600. */

export interface KeyPair {
  /** PEM */
  cert: string;
  key: string;
}

export interface Certificates {
  ca: KeyPair;
  server: KeyPair;
  /** CN slipway-admin, O system:masters. */
  client: KeyPair;
}

/** Reads or makes them; renews what ends within 30 days. `now`: ms since the epoch, wall clock. */
export async function ensureCerts(
  _directory: string,
  _options: { hosts?: string[]; now?: number } = {},
): Promise<Certificates> {
  throw new Error('certificates are being written');
}
