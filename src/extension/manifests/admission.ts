/** What the platform would say to a manifest, at the field that it means: the emulator's own admission, asked in the editor. */
import type { ManifestProblem, ManifestVerdict } from '../../../emulator/knative/validate-manifest.ts';
import type { Manifest } from '../../core/app/model.ts';
import type { SourcePlace } from '../../core/codes.ts';

export interface AdmissionProblem {
  place: SourcePlace;
  message: string;
  severity: 'error' | 'warning';
}

/** `admit` is the emulator's admitManifest; undefined answers are kinds that are not Knative's. */
export function admissionProblems(
  manifests: readonly Manifest[],
  admit: (manifest: unknown) => ManifestVerdict | undefined,
): AdmissionProblem[] {
  return manifests.flatMap((manifest) => {
    const verdict = admit(manifest.object);
    const at =
      (severity: 'error' | 'warning') =>
      ({ path, message }: ManifestProblem) => ({
        place: manifest.place(pathOf(path)),
        message,
        severity,
      });
    // A field that would be dropped is told; Knative's advice on defaults that are not its own choice yet would be noise here.
    const dropped = verdict?.warnings.filter(({ message }) => message.startsWith('unknown field')) ?? [];
    return [...(verdict?.errors ?? []).map(at('error')), ...dropped.map(at('warning'))];
  });
}

/** `spec.template.spec.containers[0].image` → its keys and indexes; `annotations[a.b/c]` and `[a.b/c]` are keys too. */
export function pathOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, inside, key]) =>
    inside === undefined ? (key ?? '') : /^\d+$/.test(inside) ? Number(inside) : inside,
  );
}
