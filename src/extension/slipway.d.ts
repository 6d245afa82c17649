/** What Slipway offers to other extensions: `await vscode.extensions.getExtension<SlipwayApi>('slipway.slipway')?.activate()`. */
export interface SlipwayApi {
  /** Raised when something below changes incompatibly. */
  readonly version: 1;
  /** The platform that the views show and deploys go to, as it is now. */
  readonly platform: {
    readonly name: string;
    /** Path of its kubeconfig. */
    readonly kubeconfig: string;
    /** Name of the context in it; undefined = the file's own current context. */
    readonly context: string | undefined;
    readonly state: 'stopped' | 'starting' | 'connecting' | 'ready' | 'lost';
  };
  /** Called after any change of the platform or of what is on it. */
  onDidChangePlatform(listener: () => void): { dispose(): void };
  /** The applications of the workspace, read anew. */
  applications(): Promise<readonly SlipwayApplication[]>;
  /** The Knative Services on the platform in use; [] while it is not ready. */
  services(): Promise<readonly SlipwayService[]>;
  /**
   * Deploys an application of the workspace to the platform in use, which is started where it is an embedded one that is down.
   * Resolves with the verdict; rejects with an Error in the user's language where it was not begun (one is under way, the workspace is not
   * trusted, its environment goes elsewhere) or did not go on (it was cancelled, another platform was chosen).
   */
  deploy(application: string, options?: SlipwayDeployOptions): Promise<SlipwayVerdict>;
}

export interface SlipwayApplication {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Names of its environments. */
  readonly environments: readonly string[];
}

export interface SlipwayService {
  readonly name: string;
  readonly namespace: string;
  /** As it can be opened on the machine that the extension runs on. */
  readonly url: string | undefined;
  readonly ready: boolean;
}

export interface SlipwayDeployOptions {
  /** Of slipway.yaml; it must go to the platform in use. */
  readonly environment?: string;
  readonly signal?: AbortSignal;
  /** Its steps and output, line by line. */
  readonly onLine?: (text: string) => void;
}

export interface SlipwayVerdict {
  /** `serving`: it takes traffic. `ready`: it could, and takes none. */
  readonly outcome: 'serving' | 'ready' | 'failed';
  /** In one sentence of the user's language. */
  readonly text: string;
  readonly revision: string | undefined;
  readonly url: string | undefined;
}
