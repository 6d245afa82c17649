/** Where the platform's own ConfigMaps are. */
export const servingNamespace = 'knative-serving';
export const eventingNamespace = 'knative-eventing';
export const clusterDomain = 'cluster.local';
