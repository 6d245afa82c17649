import com.microsoft.java.debug.core.IEvaluatableBreakpoint;
import com.microsoft.java.debug.core.adapter.HotCodeReplaceEvent;
import com.microsoft.java.debug.core.adapter.ICompletionsProvider;
import com.microsoft.java.debug.core.adapter.IEvaluationProvider;
import com.microsoft.java.debug.core.adapter.IHotCodeReplaceProvider;
import com.microsoft.java.debug.core.adapter.ISourceLookUpProvider;
import com.microsoft.java.debug.core.adapter.IVirtualMachineManagerProvider;
import com.microsoft.java.debug.core.adapter.ProtocolServer;
import com.microsoft.java.debug.core.adapter.ProviderContext;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.Value;
import io.reactivex.Observable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Microsoft's debug adapter for Java on its standard streams. What it asks its host for, the language server, is here as far as one
 * breakpoint goes: of a source the class that has its name. Nothing is evaluated.
 */
public class Adapter {
    public static void main(String[] arguments) {
        PrintStream output = System.out;
        System.setOut(System.err);
        var context = new ProviderContext();
        context.registerProvider(IVirtualMachineManagerProvider.class, (IVirtualMachineManagerProvider) Bootstrap::virtualMachineManager);
        context.registerProvider(ISourceLookUpProvider.class, new Sources());
        context.registerProvider(IEvaluationProvider.class, new NoEvaluation());
        context.registerProvider(IHotCodeReplaceProvider.class, new NoHotCodeReplace());
        context.registerProvider(ICompletionsProvider.class, (ICompletionsProvider) (frame, snippet, line, column) -> List.of());
        new ProtocolServer(System.in, output, context).run();
        System.exit(0);
    }

    private static class Sources implements ISourceLookUpProvider {
        private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);

        @Override
        public boolean supportsRealtimeBreakpointVerification() {
            return true;
        }

        @Override
        public String[] getFullyQualifiedName(String uri, int[] lines, int[] columns) {
            var file = Path.of(URI.create(uri));
            String name = file.getFileName().toString().replaceFirst("\\.java$", "");
            var named = PACKAGE.matcher(getSourceContents(uri));
            var names = new String[lines.length];
            Arrays.fill(names, named.find() ? named.group(1) + "." + name : name);
            return names;
        }

        /** The adapter then looks below the folders that it was told when it attached. */
        @Override
        public String getSourceFileURI(String fullyQualifiedName, String sourcePath) {
            return null;
        }

        @Override
        public String getSourceContents(String uri) {
            try {
                return Files.readString(Path.of(URI.create(uri)));
            } catch (IOException error) {
                throw new IllegalArgumentException(uri, error);
            }
        }
    }

    private static class NoEvaluation implements IEvaluationProvider {
        private static CompletableFuture<Value> none() {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("the language server evaluates"));
        }

        @Override
        public boolean isInEvaluation(ThreadReference thread) {
            return false;
        }

        @Override
        public CompletableFuture<Value> evaluate(String expression, ThreadReference thread, int depth) {
            return none();
        }

        @Override
        public CompletableFuture<Value> evaluate(String expression, ObjectReference self, ThreadReference thread) {
            return none();
        }

        @Override
        public CompletableFuture<Value> evaluateForBreakpoint(IEvaluatableBreakpoint breakpoint, ThreadReference thread) {
            return none();
        }

        @Override
        public CompletableFuture<Value> invokeMethod(
                ObjectReference self, String name, String signature, Value[] values, ThreadReference thread, boolean ofSuper) {
            return none();
        }

        @Override
        public void clearState(ThreadReference thread) {}
    }

    private static class NoHotCodeReplace implements IHotCodeReplaceProvider {
        @Override
        public void onClassRedefined(Consumer<List<String>> consumer) {}

        @Override
        public CompletableFuture<List<String>> redefineClasses() {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public Observable<HotCodeReplaceEvent> getEventHub() {
            return Observable.never();
        }
    }
}
