"""Watches of Python's client on the ConfigMaps of a namespace, each holding a counter in data.n, until every watch has seen each
counter at its target; reports what they saw as JSON. Arguments: kubeconfig namespace watchers objects target."""

import json
import sys
import threading

from kubernetes import client, config, watch

kubeconfig, namespace = sys.argv[1:3]
watchers, objects, target = map(int, sys.argv[3:6])
config.load_kube_config(kubeconfig)

lock = threading.Lock()
seen = {"events": 0, "gaps": 0, "lists": 0, "initial": 0, "watches": 0}
ready = threading.Barrier(watchers + 1)

request = client.rest.RESTClientObject.request


def counted(self, method, url, *args, **named):
    text = url + json.dumps(named.get("query_params") or args[:1], default=str)
    with lock:
        seen["watches" if "watch" in text else "lists"] += 1
    return request(self, method, url, *args, **named)


client.rest.RESTClientObject.request = counted


def run():
    api = client.CoreV1Api()
    listed = api.list_namespaced_config_map(namespace)
    last = {item.metadata.name: int(item.data["n"]) for item in listed.items if item.data and "n" in item.data}
    ready.wait()
    events = gaps = 0
    stream = watch.Watch()
    version = listed.metadata.resource_version
    for event in stream.stream(api.list_namespaced_config_map, namespace, resource_version=version):
        item = event["object"]
        if not item.data or "n" not in item.data:
            continue
        n = int(item.data["n"])
        events += 1
        gaps += n != last.get(item.metadata.name, 0) + 1
        last[item.metadata.name] = n
        if sum(value >= target for value in last.values()) == objects:
            stream.stop()
    with lock:
        seen["events"] += events
        seen["gaps"] += gaps


threads = [threading.Thread(target=run) for _ in range(watchers)]
for thread in threads:
    thread.start()
ready.wait()
print("ready", flush=True)
for thread in threads:
    thread.join()
print(json.dumps(seen), flush=True)
