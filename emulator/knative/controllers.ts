/**
 * Every controller of Serving, and those of Kubernetes that it stands on. Names that others wake up by `Runner.enqueue`:
 * `ingress` when the data plane has taken an Ingress up, `podautoscaler` when the autoscaler decided anew, `revision` when
 * an image has come.
 */
import type { Controller } from '../kernel/controller.ts';
import type { KubeObject } from '../kernel/object.ts';
import { gcController } from './configuration/gc.ts';
import { configurationController } from './configuration/reconcile.ts';
import { domainMappingController } from './domain-mapping/reconcile.ts';
import { type IngressServing, ingressController } from './ingress/reconcile.ts';
import { metricController } from './metric/reconcile.ts';
import { type Decisions, podAutoscalerController } from './pod-autoscaler/reconcile.ts';
import type { Images } from './revision/digests.ts';
import { revisionController } from './revision/reconcile.ts';
import { labelerController } from './route/labeler.ts';
import { routeController } from './route/reconcile.ts';
import { serverlessServiceController } from './serverless-service/reconcile.ts';
import { serviceController } from './service/reconcile.ts';
import { deploymentController } from './workloads/deployment.ts';
import { endpointsController } from './workloads/endpoints.ts';
import { mirroringController } from './workloads/mirroring.ts';
import { quotaController } from './workloads/quota.ts';
import { replicaSetController } from './workloads/replica-set.ts';

export interface ServingPorts {
  images: Images;
  autoscaler: Decisions;
  serving: IngressServing;
  /** Whether requests to a revision (`namespace/name`) pass the activator; absent = as its ServerlessService says. */
  activatorProbe?(key: string): boolean;
}

export function servingControllers({ images, autoscaler, serving, activatorProbe }: ServingPorts): Controller[] {
  return [
    anyKind(serviceController()),
    anyKind(configurationController()),
    anyKind(gcController()),
    anyKind(revisionController(images)),
    anyKind(routeController()),
    anyKind(labelerController()),
    anyKind(ingressController(serving)),
    anyKind(domainMappingController()),
    anyKind(podAutoscalerController({ autoscaler, ...(activatorProbe ? { activatorProbe } : {}) })),
    anyKind(serverlessServiceController()),
    anyKind(metricController()),
    anyKind(deploymentController()),
    anyKind(replicaSetController()),
    anyKind(endpointsController()),
    anyKind(mirroringController()),
    anyKind(quotaController()),
  ];
}

/** The runner gives a controller objects of its own resource only. */
function anyKind<T extends KubeObject>(controller: Controller<T>): Controller {
  return controller as unknown as Controller;
}
