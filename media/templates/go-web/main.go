// A web service on Go's standard library alone. The platform says where to listen (PORT) and when to end (SIGTERM).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	// One JSON object a line: log views and collectors find level, message and fields in it.
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if err := serve(); err != nil {
		slog.Error("failed", "error", err.Error())
		os.Exit(1)
	}
}

func serve() error {
	stop, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer release()
	port := setting("PORT", "8080")
	server := &http.Server{Addr: ":" + port, Handler: routes(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	slog.Info("listening", "port", port)
	select {
	case err := <-ended:
		return err
	case <-stop.Done():
	}
	slog.Info("stopping")
	// Requests that are under way are answered; then the process ends.
	limit, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := server.Shutdown(limit); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close()
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		send(w, http.StatusOK, map[string]any{"ok": true})
	})
	mux.HandleFunc("GET /", greet)
	return mux
}

func greet(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if name == "" {
		name = "world"
	}
	slog.Info("request", "method", r.Method, "path", r.URL.Path, "name", name)
	send(w, http.StatusOK, map[string]any{
		"message":  setting("GREETING", "Hello") + ", " + name + "!",
		"revision": setting("K_REVISION", "local"),
	})
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		slog.Warn("answer broken off", "error", err.Error())
	}
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
