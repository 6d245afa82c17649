// Command watchers runs reflectors of client-go (WatchList) on the ConfigMaps of a namespace, each holding a counter in data.n,
// until every one has seen each counter at its target, and reports what they saw as JSON. With -gap, all watches are cut once
// half-way and kept from coming back until the file named by it exists: longer than the server remembers changes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

type report struct {
	Events  int64 `json:"events"`
	Gaps    int64 `json:"gaps"`
	Lists   int64 `json:"lists"`
	Initial int64 `json:"initial"`
	Watches int64 `json:"watches"`
}

var seen report

// requests counts lists, watches that ask for the present (WatchList), and watches that go on from a version.
type requests struct {
	next http.RoundTripper
	gate *gate
}

func (r requests) RoundTrip(request *http.Request) (*http.Response, error) {
	query := request.URL.Query()
	watching := query.Get("watch") != ""
	switch {
	case request.Method != http.MethodGet:
		return r.next.RoundTrip(request)
	case !watching:
		atomic.AddInt64(&seen.Lists, 1)
	case query.Get("sendInitialEvents") == "true":
		atomic.AddInt64(&seen.Initial, 1)
	default:
		atomic.AddInt64(&seen.Watches, 1)
	}
	if watching {
		r.gate.wait()
	}
	response, err := r.next.RoundTrip(request)
	if err == nil && watching {
		response.Body = r.gate.body(response.Body)
	}
	return response, err
}

// gate cuts every open watch at once, and holds new ones back while it is shut.
type gate struct {
	mutex  sync.Mutex
	shut   chan struct{}
	bodies []io.Closer
}

func (g *gate) wait() {
	g.mutex.Lock()
	shut := g.shut
	g.mutex.Unlock()
	if shut != nil {
		<-shut
	}
}

func (g *gate) body(body io.ReadCloser) io.ReadCloser {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.bodies = append(g.bodies, body)
	return body
}

func (g *gate) cut(file string) {
	g.mutex.Lock()
	g.shut = make(chan struct{})
	bodies := g.bodies
	g.bodies = nil
	g.mutex.Unlock()
	for _, body := range bodies {
		_ = body.Close()
	}
	fmt.Println("cut")
	for {
		if _, err := os.Stat(file); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	g.mutex.Lock()
	close(g.shut)
	g.shut = nil
	g.mutex.Unlock()
}

// counters is the store of one reflector: it remembers the last counter of each object.
type counters struct {
	mutex   sync.Mutex
	last    map[string]int
	objects int
	target  int
	strict  bool
	synced  chan struct{}
	half    func()
	done    chan struct{}
}

func (c *counters) note(item any, changed bool) error {
	object, ok := item.(*corev1.ConfigMap)
	if !ok {
		return errors.New("no ConfigMap")
	}
	value, ok := object.Data["n"]
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		return err
	}
	before, known := c.last[object.Name]
	if changed {
		atomic.AddInt64(&seen.Events, 1)
	}
	if known && ((c.strict && changed && n != before+1) || n < before) {
		atomic.AddInt64(&seen.Gaps, 1)
	}
	c.last[object.Name] = n
	if c.half != nil && n >= c.target/2 {
		c.half()
	}
	reached := 0
	for _, value := range c.last {
		if value >= c.target {
			reached++
		}
	}
	if reached == c.objects {
		select {
		case <-c.done:
		default:
			close(c.done)
		}
	}
	return nil
}

func (c *counters) Add(item any) error    { return c.change(item) }
func (c *counters) Update(item any) error { return c.change(item) }
func (c *counters) Delete(any) error      { return nil }
func (c *counters) Resync() error         { return nil }
func (c *counters) change(item any) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.note(item, true)
}
func (c *counters) Replace(items []any, _ string) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, item := range items {
		if err := c.note(item, false); err != nil {
			return err
		}
	}
	select {
	case <-c.synced:
	default:
		close(c.synced)
	}
	return nil
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "")
	namespace := flag.String("namespace", "default", "")
	watchers := flag.Int("watchers", 20, "")
	objects := flag.Int("objects", 10, "")
	target := flag.Int("target", 1000, "")
	gapFile := flag.String("gap", "", "")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	fatal(err)
	g := &gate{}
	config.QPS, config.Burst = 1000, 1000
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return requests{next, g} })
	client, err := kubernetes.NewForConfig(config)
	fatal(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var once sync.Once
	var stores []*counters
	for range *watchers {
		store := &counters{
			last: map[string]int{}, objects: *objects, target: *target, strict: *gapFile == "",
			synced: make(chan struct{}), done: make(chan struct{}),
		}
		if *gapFile != "" {
			store.half = func() { once.Do(func() { go g.cut(*gapFile) }) }
		}
		stores = append(stores, store)
		maps := client.CoreV1().ConfigMaps(*namespace)
		source := cache.ToListWatcherWithWatchListSemantics(&cache.ListWatch{
			ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
				return maps.List(ctx, options)
			},
			WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
				return maps.Watch(ctx, options)
			},
		}, client)
		reflector := cache.NewReflectorWithOptions(source, &corev1.ConfigMap{}, store, cache.ReflectorOptions{})
		go reflector.RunWithContext(ctx)
	}
	for _, store := range stores {
		<-store.synced
	}
	fmt.Println("ready")
	for _, store := range stores {
		<-store.done
	}
	fatal(json.NewEncoder(os.Stdout).Encode(&seen))
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
