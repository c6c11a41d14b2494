package dev.lethe.nn;

import dev.lethe.core.data.Fingerprint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The numerical engine, libtorch: started once a process, one native thread for each Java thread. */
public final class Engine {
    /** Set once, when libtorch is up. */
    private static final Map<String, String> PROVENANCE = start();

    private Engine() {}

    /** Starts the engine if it is not up, and keeps its work on the calling thread, which OpenMP counts by itself. */
    static void require() {
        if (PROVENANCE.isEmpty()) {
            throw new AssertionError("the engine's provenance is never empty");
        }
        torch.set_num_threads(1);
    }

    /**
     * What the bits of a trained model depend on: library versions, processor kernel and native threads. The value of
     * {@code kernel} is a digest of a fixed computation, so it differs wherever the arithmetic does.
     */
    public static Map<String, String> provenance() {
        return PROVENANCE;
    }

    private static Map<String, String> start() {
        // Before any JavaCPP class loads: its check of resident memory reads /proc at every allocation.
        if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
            System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        }
        Map<String, String> facts = new LinkedHashMap<>();
        try {
            // A libtorch of the operating system would be linked instead of ours unless this file is unpacked first.
            Loader.cacheResource(
                    Engine.class,
                    "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/" + System.mapLibraryName("torch_cpu"));
            facts.put("libtorch", Loader.getVersion("org.bytedeco", "pytorch"));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "libtorch could not be unpacked for " + Loader.getPlatform() + "; is the cache folder writable?",
                    e);
        }
        // Parallelism is one Java thread a model: OpenMP threads on a busy machine are 20 to 90 times slower. OpenBLAS
        // keeps threads of its own, whose number changes the order of sums.
        torch.set_num_threads(1);
        openblas_nolapack.blas_set_num_threads(1);
        facts.put("cpu", torch.get_cpu_capability().getString());
        String blas = System.getenv("OPENBLAS_CORETYPE");
        facts.put("blas", blas == null || blas.isEmpty() ? "OpenBLAS, kernel chosen by itself" : "OpenBLAS " + blas);
        facts.put("kernel", kernel());
        facts.put(
                "threads",
                Integer.toString(Math.max(torch.get_num_threads(), openblas_nolapack.blas_get_num_threads())));
        return java.util.Collections.unmodifiableMap(facts);
    }

    /** A digest of matrix products and a softmax over fixed inputs, large enough that BLAS would share them out. */
    private static String kernel() {
        UniformRandomProvider random = dev.lethe.core.random.Seed.of(0).fork("kernel").stream();
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor a = Tensors.of(uniform(131 * 701, random), 131, 701);
            Tensor b = Tensors.of(uniform(701 * 301, random), 701, 301);
            Tensor c = torch.softmax(a.mm(b).tanh().mm(b.t()), 1);
            return new Fingerprint().add(Tensors.toArray(c)).hex().substring(0, 12);
        }
    }

    private static float[] uniform(int n, UniformRandomProvider random) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
