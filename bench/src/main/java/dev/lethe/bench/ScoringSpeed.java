package dev.lethe.bench;

import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * How long all attacks together take to score 100,000 records with 64 shadow models, rehearsals and all, and how much memory
 * the process held at most; training aside. Agrees below 20 s and 1.5 GiB. What of the time is spent inside the models, which
 * label-only and white-box attacks ask for more than their answers, counts, and is shown by itself too.
 */
final class ScoringSpeed implements Reproduction {
    private static final int RECORDS = 100_000;
    private static final int SHADOWS = 64;
    private static final int FEATURES = 32;
    private static final int CLASSES = 10;
    private static final double MOST_SECONDS = 20;
    private static final double MOST_GIB = 1.5;

    @Override
    public String name() {
        return "scoring-speed";
    }

    @Override
    public String summary() {
        return "all attacks on 64 shadow models and 100,000 records: seconds and memory";
    }

    @Override
    public String dataHome() {
        return "This one draws its own.";
    }

    @Override
    public boolean run(Path data, Path kept) throws Exception {
        Mlp recipe = new Mlp(List.of(64), 0, new Optimization(3, 3e-3, 256, 0, 0));
        AttackTimes times = new AttackTimes();
        Task<Examples> task = new Task<>("synthetic", draw(), RECORDS / 2, times.timed(recipe));
        List<MembershipAttack> attacks = times.timed(Attacks.all());
        long[] stage = new long[2];
        Map<String, double[]> each = new LinkedHashMap<>();
        Progress clock = (name, done) -> {
            if (name.startsWith("training " + (SHADOWS + 2))) {
                stage[0] = System.nanoTime();
            } else if (name.equals("attacking") && done == 1) {
                stage[1] = System.nanoTime();
                each.putAll(times.seconds());
            }
        };
        int threads = Runtime.getRuntime().availableProcessors();
        task.audit(
                new MembershipAudit(
                        RECORDS / 2,
                        SHADOWS,
                        1,
                        1,
                        attacks,
                        List.of(0.01),
                        0.95,
                        MembershipAudit.DEFAULT_DELTA,
                        threads),
                2026,
                clock);
        double seconds = (stage[1] - stage[0]) / 1e9;
        double gib = peakGib();
        double busy = each.values().stream().mapToDouble(of -> of[0]).sum();
        double inside = each.values().stream().mapToDouble(of -> of[1]).sum();
        System.out.print(AttackTimes.table(each));
        double scoring = seconds * (1 - inside / busy);
        boolean agrees = seconds < MOST_SECONDS && gib < MOST_GIB;
        System.out.printf(
                Locale.ROOT,
                "%d attacks, %d shadows, %,d records, %d threads: %.1f s (asked: below %.0f), by processor time %.1f s for"
                        + " scoring and %.1f s inside the models that attacks ask; %.2f GiB at most (asked: below %.1f)%n%s%n",
                attacks.size(),
                SHADOWS,
                RECORDS,
                threads,
                seconds,
                MOST_SECONDS,
                scoring,
                seconds - scoring,
                gib,
                MOST_GIB,
                agrees ? "agrees" : "DIFFERS");
        return agrees;
    }

    /** Ten overlapping clusters. */
    private static Examples draw() {
        UniformRandomProvider random = Seed.of(64).fork("scoring-speed").stream();
        float[] centres = new float[CLASSES * FEATURES];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = random.nextFloat() - 0.5f;
        }
        float[] features = new float[RECORDS * FEATURES];
        int[] labels = new int[RECORDS];
        for (int row = 0; row < RECORDS; row++) {
            labels[row] = random.nextInt(CLASSES);
            for (int j = 0; j < FEATURES; j++) {
                features[row * FEATURES + j] = centres[labels[row] * FEATURES + j] + 3 * (random.nextFloat() - 0.5f);
            }
        }
        List<String> classes =
                IntStream.range(0, CLASSES).mapToObj(c -> "c" + c).toList();
        return new Examples(features, new int[] {FEATURES}, labels, classes);
    }

    /** The most resident memory of this process so far; of its heap where the system does not tell. */
    private static double peakGib() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.isReadable(status)) {
            try (Stream<String> lines = Files.lines(status)) {
                return lines.filter(line -> line.startsWith("VmHWM:"))
                                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                                .findFirst()
                                .orElseThrow()
                        / 1048576.0;
            }
        }
        return Runtime.getRuntime().totalMemory() / 1073741824.0;
    }
}
