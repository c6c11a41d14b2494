package dev.lethe.core.privacy;

import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.stats.ClopperPearson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a violation of (epsilon, delta) by running a mechanism on two neighbours: a program that proves guilt, never
 * innocence. Outputs are put into cells. On half of the runs it looks for events that one input makes likelier than the other
 * by more than e<sup>epsilon</sup>, on the other half it counts them, so that what was chosen by looking is judged by what was
 * not looked at. Two families of events are tried in both directions:
 *
 * <ul>
 *   <li>hockey-stick: the union of all cells that looked likelier by more than e<sup>epsilon</sup>, which estimates the
 *       divergence itself and sees violations of delta that are spread over many cells;
 *   <li>histogram: the few cells that looked worst, each by itself, which sees a rare tell-tale.
 * </ul>
 *
 * <p>The probabilities of an event get exact bounds (Clopper and Pearson), whose errors over all events sum to {@code
 * falseAlarm} at most. What is tested: these two inputs, these cells, so many runs. After DP-Auditorium (Kong et al. 2023).
 *
 * @param runs of the mechanism on each input, at least 100
 * @param falseAlarm probability at most to call a mechanism that keeps its claim violated, in (0, 1)
 */
public record MechanismTester(int runs, double falseAlarm) {
    private static final int SINGLE_CELLS = 5;

    public MechanismTester {
        if (runs < 100) {
            throw new IllegalArgumentException("runs " + runs + " must be at least 100");
        }
        if (!(falseAlarm > 0 && falseAlarm < 1)) {
            throw new IllegalArgumentException("falseAlarm " + falseAlarm + " must lie in (0, 1)");
        }
    }

    /**
     * What was found.
     *
     * @param violated whether the claim is refuted; if not, nothing was found
     * @param epsilonLow the mechanism's epsilon at the claimed delta is at least this, with confidence 1 - falseAlarm
     * @param sentence the same for people
     */
    public record Outcome(boolean violated, double epsilonLow, String sentence) {}

    /**
     * Tests with the cells that {@code cell} names.
     *
     * @param cell from an output to its cell, a value with equals; few cells are seen better than many
     * @param noise may be seeded here: what is tested is the code, nothing is released
     */
    public <I, O> Outcome test(
            Mechanism<I, O> mechanism,
            I one,
            I other,
            double epsilon,
            double delta,
            Function<? super O, ?> cell,
            NoiseSource noise) {
        requireClaim(epsilon, delta);
        List<Object> ones = new ArrayList<>();
        List<Object> others = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            ones.add(cell.apply(mechanism.release(one, noise)));
            others.add(cell.apply(mechanism.release(other, noise)));
        }
        return judge(ones, others, epsilon, delta);
    }

    /**
     * Tests a number made of the output, in cells of about equally many runs; numbers that many runs share get a cell each.
     *
     * @param number of an output; not NaN
     * @param cells at least 2, for example 32
     */
    public <I, O> Outcome testNumber(
            Mechanism<I, O> mechanism,
            I one,
            I other,
            double epsilon,
            double delta,
            ToDoubleFunction<? super O> number,
            int cells,
            NoiseSource noise) {
        requireClaim(epsilon, delta);
        if (cells < 2) {
            throw new IllegalArgumentException("cells " + cells + " must be at least 2");
        }
        double[] ones = new double[runs];
        double[] others = new double[runs];
        for (int i = 0; i < runs; i++) {
            ones[i] = number.applyAsDouble(mechanism.release(one, noise));
            others[i] = number.applyAsDouble(mechanism.release(other, noise));
        }
        // Edges from the half that is for looking: each run's answer below must not depend on its own place.
        int half = runs / 2;
        double[] sorted = Arrays.copyOf(ones, 2 * half);
        System.arraycopy(others, 0, sorted, half, half);
        Arrays.sort(sorted);
        double[] edges = new double[cells - 1];
        for (int i = 1; i < cells; i++) {
            edges[i - 1] = sorted[(int) ((long) i * sorted.length / cells)];
        }
        double[] distinct = Arrays.stream(edges).distinct().toArray();
        return judge(cellsOf(ones, distinct), cellsOf(others, distinct), epsilon, delta);
    }

    private static List<Object> cellsOf(double[] numbers, double[] edges) {
        List<Object> cells = new ArrayList<>(numbers.length);
        for (double number : numbers) {
            cells.add(Arrays.binarySearch(edges, number)); // at an edge, or between two
        }
        return cells;
    }

    private Outcome judge(List<Object> ones, List<Object> others, double epsilon, double delta) {
        double tail = falseAlarm / (2 * 2 * (SINGLE_CELLS + 1)); // two bounds, two directions
        double epsilonLow = 0;
        Event worst = null;
        for (int direction = 0; direction < 2; direction++) {
            List<Object> more = direction == 0 ? ones : others;
            List<Object> less = direction == 0 ? others : ones;
            for (Event event : events(more, less, epsilon, tail)) {
                double low = event.epsilonLow(delta);
                if (low > epsilonLow) {
                    epsilonLow = low;
                    worst = event;
                }
            }
        }
        boolean violated = epsilonLow > epsilon;
        return new Outcome(violated, epsilonLow, sentence(violated, epsilonLow, worst, epsilon, delta));
    }

    private List<Event> events(List<Object> more, List<Object> less, double epsilon, double tail) {
        int half = runs / 2;
        Map<Object, long[]> seen = new LinkedHashMap<>();
        for (int i = 0; i < half; i++) {
            seen.computeIfAbsent(more.get(i), key -> new long[4])[0]++;
            seen.computeIfAbsent(less.get(i), key -> new long[4])[1]++;
        }
        // Cells that were not seen while looking are no events: they would be there because they are in the count.
        for (int i = half; i < runs; i++) {
            count(seen.get(more.get(i)), 2);
            count(seen.get(less.get(i)), 3);
        }
        List<long[]> cells = new ArrayList<>(seen.values());
        double factor = Math.exp(epsilon);
        long[] union = new long[4];
        for (long[] cell : cells) {
            if (cell[0] > factor * cell[1]) {
                for (int i = 0; i < union.length; i++) {
                    union[i] += cell[i];
                }
            }
        }
        // How far a cell is over the line, in deviations of its counts; ties by the counts, so that order plays no
        // part.
        cells.sort(Comparator.<long[]>comparingDouble(
                        cell -> (factor * cell[1] - cell[0]) / Math.sqrt(cell[0] + factor * factor * (cell[1] + 1)))
                .thenComparingLong(cell -> cell[1]));
        List<Event> events = new ArrayList<>();
        events.add(new Event("a union of cells", union[2], union[3], runs - half, tail));
        for (long[] cell : cells.subList(0, Math.min(SINGLE_CELLS, cells.size()))) {
            events.add(new Event("one cell", cell[2], cell[3], runs - half, tail));
        }
        return events;
    }

    private static void count(long @Nullable [] cell, int column) {
        if (cell != null) {
            cell[column]++;
        }
    }

    /** Runs that were in a set of outputs, of equally many on each input. */
    private record Event(String name, long more, long less, long of, double tail) {
        double epsilonLow(double delta) {
            double low = ClopperPearson.lower(more, of, tail) - delta;
            return low <= 0 ? 0 : Math.log(low / ClopperPearson.upper(less, of, tail));
        }
    }

    private String sentence(boolean violated, double epsilonLow, @Nullable Event worst, double epsilon, double delta) {
        String claim = "epsilon " + epsilon + " at delta " + delta;
        if (!violated || worst == null) {
            return "No violation of " + claim + " was found in " + runs + " runs on each of two inputs.";
        }
        return "Violates " + claim + ": " + worst.name + " held " + worst.more + " of " + worst.of
                + " outputs on one input and " + worst.less + " on its neighbour, so epsilon is at least "
                + Math.floor(epsilonLow * 1000) / 1000 + "; false-alarm probability at most " + falseAlarm + ".";
    }

    private static void requireClaim(double epsilon, double delta) {
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be at least 0 and finite");
        }
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
    }
}
