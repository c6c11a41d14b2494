package dev.lethe.protect.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.core.privacy.GaussianAccountant;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.MechanismTester;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Running sums keep the price of their event, and their saboteurs are caught, by the tester: one record takes part with norm 1 in some
 * steps of a stream, or in none; all sums are shown. Judged by the likelihood ratio, whose distribution the price is. A sound one is
 * called a violator with probability at most 1e-6 each.
 */
class RunningSumsPrivacyTest {
    private static final MechanismTester TESTER = new MechanismTester(120_000, 1e-6);
    private static final double DELTA = 0.01;
    private static final int STEPS = 8;
    private static final double MULTIPLIER = 2.5;
    private static final List<Double> ROOT = PrivacyEvent.MatrixMechanism.squareRoot(4);

    /** Once, at the first step, which is in more nodes of the tree than others. */
    private static final int[] ONCE = {0};

    /** Twice, four steps apart. */
    private static final int[] TWICE = {0, 4};

    private static final PrivacyEvent TREE = new PrivacyEvent.TreeAggregation(MULTIPLIER, STEPS, 1, STEPS);
    private static final PrivacyEvent MATRIX = new PrivacyEvent.MatrixMechanism(MULTIPLIER, ROOT, STEPS, 2, 4);

    private interface Begin {
        RunningSums with(Chance chance);
    }

    /**
     * @param event what is claimed
     * @param chance whose noise all runs have, and no other source's: its tables are dear
     */
    private record Shown(PrivacyEvent event, Begin begin, Chance chance) implements Mechanism<float[], double[]> {
        Shown(PrivacyEvent event, Begin begin) {
            this(event, begin, new Chance.Protective(NoiseSource.insecure(Seed.of(71))));
        }

        @Override
        public double[] release(float[] stream, NoiseSource ignored) {
            RunningSums sums = begin.with(chance);
            double[] shown = new double[STEPS];
            double sum = 0;
            for (int t = 0; t < STEPS; t++) {
                sum += sums.add(new float[] {stream[t]})[0];
                shown[t] = sum;
            }
            return shown;
        }
    }

    private static Shown tree(double sigma) {
        return new Shown(TREE, chance -> new RunningSums.Tree(1, STEPS, sigma, chance));
    }

    private static Shown matrix(double sigma) {
        return new Shown(MATRIX, chance -> new RunningSums.Toeplitz(1, ROOT, sigma, chance));
    }

    @Test
    void keepTheirPrice() {
        for (MechanismTester.Outcome outcome :
                List.of(test(tree(MULTIPLIER), 1, ONCE), test(matrix(MULTIPLIER), 1, TWICE))) {
            assertThat(outcome.violated()).as(outcome.sentence()).isFalse();
        }
    }

    /** Otherwise the neighbours would show nothing of the noise, and no saboteur could be caught. */
    @Test
    void doNotKeepSevenTenthsOfIt() {
        assertThat(test(tree(MULTIPLIER), 0.7, ONCE).violated()).isTrue();
        assertThat(test(matrix(MULTIPLIER), 0.7, TWICE).violated()).isTrue();
    }

    @Test
    void noiseOnTheWrongScaleIsCaught() {
        assertThat(test(tree(0.6 * MULTIPLIER), 1, ONCE).violated()).isTrue();
        assertThat(test(matrix(0.6 * MULTIPLIER), 1, TWICE).violated()).isTrue();
    }

    /** The bound on contributions is not kept. */
    @Test
    void aRecordThatTakesPartTwiceAsOftenIsCaught() {
        assertThat(test(tree(MULTIPLIER), 1, TWICE).violated()).isTrue();
        assertThat(test(matrix(MULTIPLIER), 1, 0, 2, 4, 6).violated()).isTrue();
    }

    /** As often as the price says, but in steps that remember each other. */
    @Test
    void aRecordThatTakesPartTooSoonIsCaught() {
        assertThat(test(matrix(MULTIPLIER), 1, 3, 4).violated()).isTrue();
    }

    private static MechanismTester.Outcome test(Shown mechanism, double share, int... takesPart) {
        float[] with = new float[STEPS];
        for (int step : takesPart) {
            with[step] = 1;
        }
        double claimed = new GaussianAccountant()
                .price(mechanism.event(), Neighbours.ADD_OR_REMOVE_ONE)
                .epsilon(DELTA);
        return TESTER.testNumber(
                mechanism,
                with,
                new float[STEPS],
                share * claimed,
                DELTA,
                shown -> mechanism.event() == TREE ? likelihoodOfTree(shown, with) : likelihoodOfMatrix(shown, with),
                32,
                NoiseSource.insecure(Seed.of(72)));
    }

    /** Each node's noisy sum times what the record added to it; a node is what its sum has more than the sum without it. */
    private static double likelihoodOfTree(double[] shown, float[] with) {
        double sum = 0;
        for (int end = 1; end <= STEPS; end++) {
            int begin = end - Integer.lowestOneBit(end);
            double node = shown[end - 1] - (begin == 0 ? 0 : shown[begin - 1]);
            for (int t = begin; t < end; t++) {
                sum += node * with[t];
            }
        }
        return sum;
    }

    /** The same of the rows of C times the stream. */
    private static double likelihoodOfMatrix(double[] shown, float[] with) {
        double sum = 0;
        for (int t = 0; t < STEPS; t++) {
            double row = 0;
            double added = 0;
            for (int k = 0; k < ROOT.size() && k <= t; k++) {
                double each = shown[t - k] - (t == k ? 0 : shown[t - k - 1]);
                row += ROOT.get(k) * each;
                added += ROOT.get(k) * with[t - k];
            }
            sum += row * added;
        }
        return sum;
    }
}
