import type { KubeObject } from '../../kernel/object.ts';
import { childName } from '../names.ts';

export function deploymentName({ metadata }: KubeObject): string {
  return childName(metadata.name, '-deployment');
}

export function imageName({ metadata }: KubeObject, container: string): string {
  return childName(childName(metadata.name, '-cache'), `-${container}`);
}

export function podAutoscalerName({ metadata }: KubeObject): string {
  return metadata.name;
}
