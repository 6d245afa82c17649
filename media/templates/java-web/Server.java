import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A web service on the JDK alone: `java Server.java` compiles and runs this file. The platform says where to listen (PORT) and when
 * to end (SIGTERM).
 */
public class Server {
    private static final String GREETING = setting("GREETING", "Hello");
    /** The requests under way, and the server itself. */
    private static final Phaser UNDER_WAY = new Phaser(1);

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(setting("PORT", "8080"));
        var server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", Server::handle);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
        server.start();
        log("info", "listening", Map.of("port", port));
    }

    /** Requests that are under way are answered; then the process ends. */
    private static void stop(HttpServer server) {
        log("info", "stopping", Map.of());
        try {
            UNDER_WAY.awaitAdvanceInterruptibly(UNDER_WAY.arriveAndDeregister(), 30, TimeUnit.SECONDS);
        } catch (InterruptedException | TimeoutException late) {
            log("error", "a request took too long", Map.of());
        }
        server.stop(0);
    }

    private static void handle(HttpExchange exchange) throws IOException {
        UNDER_WAY.register();
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/healthz")) {
                send(exchange, 200, Map.of("ok", true));
                return;
            }
            String name = query(exchange).getOrDefault("name", "world");
            var fields = new LinkedHashMap<String, Object>();
            fields.put("method", exchange.getRequestMethod());
            fields.put("path", path);
            fields.put("name", name);
            log("info", "request", fields);
            var answer = new LinkedHashMap<String, Object>();
            answer.put("message", GREETING + ", " + name + "!");
            answer.put("revision", setting("K_REVISION", "local"));
            send(exchange, 200, answer);
        } catch (RuntimeException error) {
            log("error", "request failed", Map.of("error", error.toString()));
            throw error;
        } finally {
            UNDER_WAY.arriveAndDeregister();
        }
    }

    private static Map<String, String> query(HttpExchange exchange) {
        var found = new LinkedHashMap<String, String>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            String[] parts = pair.split("=", 2);
            if (parts.length == 2) found.put(decoded(parts[0]), decoded(parts[1]));
        }
        return found;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        byte[] bytes = (json(body) + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** One JSON object a line: log views and collectors find level, message and fields in it. */
    private static void log(String level, String message, Map<String, Object> fields) {
        var line = new LinkedHashMap<String, Object>();
        line.put("time", Instant.now().toString());
        line.put("level", level);
        line.put("message", message);
        line.putAll(fields);
        System.out.println(json(line));
    }

    /** Flat objects of texts, numbers and truth values; for more take a library. */
    private static String json(Map<String, Object> object) {
        var text = new StringBuilder("{");
        object.forEach((key, value) -> {
            if (text.length() > 1) text.append(',');
            text.append(quoted(key)).append(':').append(value instanceof String word ? quoted(word) : String.valueOf(value));
        });
        return text.append('}').toString();
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars().forEach(code -> {
            if (code == '"' || code == '\\') quoted.append('\\').append((char) code);
            else if (code < 32) quoted.append(String.format("\\u%04x", code));
            else quoted.append((char) code);
        });
        return quoted.append('"').toString();
    }

    private static String setting(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
