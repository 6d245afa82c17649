/** What Slipway offers to other extensions: `vscode.extensions.getExtension<SlipwayApi>('slipway.slipway')?.exports`. */
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
}
