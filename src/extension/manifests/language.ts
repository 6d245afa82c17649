/** The help with manifests in one module, loaded when the first manifest is opened: schemas, admission, YAML, their words. */

export { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
export { servicesIn } from '../../core/app/services-in.ts';
export { asBuilt } from '../../core/deploy/objects.ts';
export { findingsOf, portFinding, slipwayFindings } from '../../core/manifest/findings.ts';
export { fixesOf } from '../../core/manifest/fixes.ts';
export { outlineOf } from '../../core/manifest/outline.ts';
export { readSource } from '../../core/manifest/source.ts';
export { completionsAt } from './completion.ts';
export { hoverAt } from './hover.ts';
export { worldOf } from './live-world.ts';
export { findingText, fixText } from './words.ts';
