/** What a manifest may refer to: what the workspace's manifests declare and what is on the platform. Nothing here imports vscode. */
export interface NamedThing {
  name: string;
  from: 'workspace' | 'platform';
  /** Ready, share of the traffic…: shown beside it. */
  detail?: string;
  /** Where it can be reached. */
  url?: string;
}

export interface World {
  /** Objects of a kind: Service, ConfigMap, Broker… */
  objects(kind: string): Promise<NamedThing[]>;
  revisions(service: string): Promise<NamedThing[]>;
  tags(service: string): Promise<NamedThing[]>;
  /** Keys of a ConfigMap or Secret. */
  keys(kind: 'ConfigMap' | 'Secret', name: string): Promise<string[]>;
  namespaces(): Promise<string[]>;
  /** Of the kubeconfig that an environment names, or of the user's own. */
  contexts(kubeconfig: string | undefined): Promise<string[]>;
  /** Repository that the application builds. */
  image: string | undefined;
  /** ms since the epoch, the platform's. */
  now(): number;
}
