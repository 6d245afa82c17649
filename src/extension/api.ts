/** The exported API over the parts of the extension; its types are slipway.d.ts. */
import { verdictText } from './deploy-words.ts';
import type { Deps } from './deps.ts';
import { loadReaders } from './readers.ts';
import type { SlipwayApi } from './slipway.d.ts';

export function exportedApi({ platforms, applications, deploys, problems }: Deps): SlipwayApi {
  return {
    version: 1,
    get platform() {
      const { entry, state } = platforms.snapshot;
      return { name: entry.label, kubeconfig: entry.target.kubeconfig, context: entry.target.context, state };
    },
    onDidChangePlatform: (listener) => platforms.onChange(() => listener()),
    applications: async () => {
      await applications.refresh();
      return applications.items.map(({ name, dir, application }) => ({
        name,
        folder: dir,
        environments: Object.keys(application?.environments ?? {}),
      }));
    },
    services: async () => {
      const { tree } = await loadReaders();
      const { snapshot } = platforms;
      return snapshot.services.map((object) => {
        const { name, namespace, url, ready } = tree.service(object, snapshot.gateway);
        return { name, namespace, url, ready: ready === 'True' };
      });
    },
    deploy: async (name, { environment, signal, onLine } = {}) => {
      const entry = await applications.find((items) => items.find((each) => each.name === name));
      if (!entry) throw new Error(problems.say('task.unknownApplication', { application: name }));
      let last = '';
      const teller = {
        line: (text: string) => {
          last = text;
          onLine?.(text);
        },
        signal: signal ?? new AbortController().signal,
      };
      const verdict = await deploys
        .deployTold({ dir: entry.dir, name, environment }, teller)
        .catch((error: unknown) => {
          throw new Error(problems.explain(error).text, { cause: error });
        });
      if (!verdict || verdict.outcome === 'planned') throw new Error(last);
      const { outcome, revision, url } = verdict;
      return { outcome, text: verdictText(problems.words, verdict), revision, url };
    },
  };
}
