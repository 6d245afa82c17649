/** What the parts of the extension are given; built once in extension.ts. A part names what it uses: `Pick<Deps, 'log' | …>`. */
import type * as vscode from 'vscode';
import type { Alerts } from './alerts.ts';
import type { Applications } from './applications.ts';
import type { Canaries } from './canaries.ts';
import type { Deploys } from './deploys.ts';
import type { LiveTraffic } from './live-traffic.ts';
import type { Platforms } from './platform/platforms.ts';
import type { Problems } from './problems.ts';
import type { Runs } from './runs.ts';
import type { Selection } from './selection.ts';

export interface Deps {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  problems: Problems;
  platforms: Platforms;
  applications: Applications;
  selection: Selection;
  live: LiveTraffic;
  deploys: Deploys;
  runs: Runs;
  canaries: Canaries;
  alerts: Alerts;
}
