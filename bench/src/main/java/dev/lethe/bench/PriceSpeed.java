package dev.lethe.bench;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyLossAccountant;
import dev.lethe.core.privacy.PrivacyLossCurve.Bracket;
import dev.lethe.core.privacy.RenyiAccountant;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** The price of twelve trainings, beside what Google's dp_accounting says on a grid of 1e-4, and how long it takes. */
final class PriceSpeed implements Reproduction {
    private static final int WARM = 15;
    private static final int RUNS = 25;
    private static final double MOST_MILLIS = 20;
    /** How far our upper end may be above the grid's: its own rounding. */
    private static final double TOLERANCE = 1e-4;

    private record Setting(double rate, double noise, long steps, double delta, double published, double millis) {
        PrivacyEvent event() {
            return new Repeated(steps, new PoissonSampled(rate, new Gaussian(noise)));
        }
    }

    private static final List<Setting> SETTINGS = List.of(
            new Setting(0.01, 1.0, 1_000, 1e-5, 1.828244, 465),
            new Setting(0.01, 1.0, 10_000, 1e-5, 6.187745, 450),
            new Setting(0.01, 0.8, 1_000, 1e-5, 3.141018, 629),
            new Setting(0.01, 0.6, 1_000, 1e-5, 7.433616, 953),
            new Setting(0.001, 1.0, 10_000, 1e-6, 0.555392, 257),
            new Setting(0.001, 0.7, 100_000, 1e-6, 4.135739, 657),
            new Setting(0.004, 1.1, 15_000, 1e-5, 2.295468, 315),
            new Setting(0.0213, 1.1, 2_820, 1e-5, 6.105656, 459),
            new Setting(0.1, 2.0, 500, 1e-5, 5.555470, 237),
            new Setting(0.1, 4.0, 5_000, 1e-5, 8.797936, 146),
            new Setting(1, 10, 100, 1e-5, 4.377178, 116),
            new Setting(1, 5, 1, 1e-5, 0.725522, 23));

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @Override
    public String name() {
        return "price-speed";
    }

    @Override
    public String summary() {
        return "brackets of epsilon and how long they take, twelve trainings";
    }

    @Override
    public String dataHome() {
        return "This one reads no data; any folder will do.";
    }

    @Override
    public boolean run(Path data, Path kept) {
        System.out.printf(
                Locale.ROOT,
                "Epsilon of a Gaussian on Poisson samples, add or remove one, on one thread: medians of %d warm runs, processor time of"
                        + " the thread and%ntime passed. Agrees if no upper end is more than %.0e above the published figure, and the"
                        + " median of processor times%nis below %.0f ms for brackets and 1 ms for Rényi divergences.%n%n",
                RUNS,
                TOLERANCE,
                MOST_MILLIS);
        System.out.printf(
                "%-26s %-22s %10s %8s %8s %8s %8s %8s%n",
                "rate, noise, steps, delta", "ours", "published", "ms", "passed", "theirs", "Rényi", "ms");
        double[] millis = new double[SETTINGS.size()];
        double[] passed = new double[SETTINGS.size()];
        double[] divergences = new double[SETTINGS.size()];
        boolean tight = true;
        for (int i = 0; i < millis.length; i++) {
            Setting setting = SETTINGS.get(i);
            PrivacyEvent event = setting.event();
            Bracket bracket = new PrivacyLossAccountant()
                    .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                    .bracket(setting.delta());
            double[] one = medians(() -> new PrivacyLossAccountant()
                    .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                    .bracket(setting.delta())
                    .high());
            DoubleSupplier renyi = () -> new RenyiAccountant()
                    .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                    .epsilon(setting.delta());
            millis[i] = one[0];
            passed[i] = one[1];
            divergences[i] = medians(renyi)[0];
            tight &= bracket.high() <= setting.published() + TOLERANCE;
            System.out.printf(
                    Locale.ROOT,
                    "%-26s [%.6f, %.6f] %12.6f %8.2f %8.2f %8.0f %8.4f %8.3f%n",
                    String.format(
                            Locale.ROOT,
                            "%s, %s, %,d, %.0e",
                            setting.rate(),
                            setting.noise(),
                            setting.steps(),
                            setting.delta()),
                    bracket.low(),
                    bracket.high(),
                    setting.published(),
                    one[0],
                    one[1],
                    setting.millis(),
                    renyi.getAsDouble(),
                    divergences[i]);
        }
        boolean fast = median(millis) < MOST_MILLIS && median(divergences) < 1;
        System.out.printf(
                Locale.ROOT,
                "%nmedian: %.1f ms of processor time, %.1f ms passed; Rényi divergences %.2f ms%n%s%n",
                median(millis),
                median(passed),
                median(divergences),
                tight && fast ? "agrees" : "DIFFERS");
        return tight && fast;
    }

    /** Processor time and time passed, in milliseconds. */
    private double[] medians(DoubleSupplier price) {
        double[] processor = new double[RUNS];
        double[] passed = new double[RUNS];
        double kept = 0;
        for (int run = -WARM; run < RUNS; run++) {
            long cpu = threads.getCurrentThreadCpuTime();
            long wall = System.nanoTime();
            kept += price.getAsDouble();
            if (run >= 0) {
                passed[run] = (System.nanoTime() - wall) / 1e6;
                processor[run] = (threads.getCurrentThreadCpuTime() - cpu) / 1e6;
            }
        }
        if (Double.isNaN(kept)) {
            throw new IllegalStateException("a price is not a number");
        }
        return new double[] {median(processor), median(passed)};
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
