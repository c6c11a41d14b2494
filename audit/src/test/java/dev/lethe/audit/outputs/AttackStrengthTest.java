package dev.lethe.audit.outputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.audit.membership.Signal;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The same networks attacked by way of their logits, of softmax outputs put on the scale of logits, and of softmax
 * outputs taken for logits, which is what makes a public tool say now "no leak" and now "strong leak". The attack is
 * online LiRA with one spread for all records (Carlini et al. 2022); six models are in turn target and shadows.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackStrengthTest {
    private static final int MODELS = 6;
    private static final int PEOPLE = 2000;

    private Examples people;
    private int[] labels;
    private final boolean[][] member = new boolean[MODELS][PEOPLE];
    private final Logits[] raw = new Logits[MODELS];
    private final Logits[] converted = new Logits[MODELS];
    private final Logits[] takenForLogits = new Logits[MODELS];

    @BeforeAll
    void train() {
        Examples all = TrainedAnswers.location();
        people = all.select(Shuffle.subset(all.size(), PEOPLE, Seed.of(7).stream()));
        labels = people.labels();
        Mlp recipe = new Mlp(List.of(64), 0, new Optimization(100, 1e-2, 64, 0, 0));
        for (int model = 0; model < MODELS; model++) {
            int[] rows = Shuffle.subset(PEOPLE, PEOPLE / 2, Seed.of(model).stream());
            for (int row : rows) {
                member[model][row] = true;
            }
            try (Predictor<Examples> trained =
                    recipe.train(people, rows, Seed.of(model).fork("train"), Progress.QUIET)) {
                raw[model] = trained.logits(people);
            }
            float[] softmax = Transform.softmax(raw[model]);
            converted[model] = OutputInspection.of(softmax, 30, labels, 30).logits();
            takenForLogits[model] = new Logits(softmax, 30);
        }
    }

    private static Roc roc(double[] scores, boolean[] member) {
        return new Roc(new Trial(scores, member, OptionalDouble.empty()));
    }

    private Roc lossThreshold(Logits[] answers, int target) {
        return roc(Signal.LOG_LIKELIHOOD.of(answers[target], labels), member[target]);
    }

    /** Area, and rate of members found at one false alarm in a hundred; means over the targets. */
    private double[] lira(Logits[] answers) {
        double[][] margins = Arrays.stream(answers)
                .map(logits -> Signal.LOGIT_MARGIN.of(logits, labels))
                .toArray(double[][]::new);
        double area = 0;
        double found = 0;
        for (int target = 0; target < MODELS; target++) {
            Roc roc = roc(lira(margins, target), member[target]);
            area += roc.auc() / MODELS;
            found += roc.tprAt(0.01) / MODELS;
        }
        return new double[] {area, found};
    }

    private double[] lira(double[][] margins, int target) {
        double[] scores = new double[PEOPLE];
        for (int side = 0; side < 2; side++) {
            double[] means = new double[PEOPLE];
            double squares = 0;
            int freedom = 0;
            for (int record = 0; record < PEOPLE; record++) {
                int count = 0;
                for (int model = 0; model < MODELS; model++) {
                    if (model != target && member[model][record] == (side == 1)) {
                        means[record] += margins[model][record];
                        count++;
                    }
                }
                means[record] /= Math.max(1, count);
                for (int model = 0; model < MODELS; model++) {
                    if (model != target && member[model][record] == (side == 1)) {
                        squares += Math.pow(margins[model][record] - means[record], 2);
                    }
                }
                freedom += Math.max(0, count - 1);
            }
            for (int record = 0; record < PEOPLE; record++) {
                double off = Math.pow(margins[target][record] - means[record], 2) / (squares / freedom);
                scores[record] += side == 1 ? -off : off;
            }
        }
        return scores;
    }

    @Test
    void conversionLosesNothing() {
        for (int target = 0; target < MODELS; target++) {
            double area = lossThreshold(raw, target).auc();
            assertThat(area).isGreaterThan(0.8);
            assertThat(lossThreshold(converted, target).auc()).isCloseTo(area, within(1e-4));
        }
        double[] byLogits = lira(raw);
        double[] byConversion = lira(converted);
        assertThat(byConversion[0]).isCloseTo(byLogits[0], within(1e-4));
        assertThat(byConversion[1]).isCloseTo(byLogits[1], within(0.002));
    }

    /** Where models are sure, probabilities differ by less than their last digit, and margins between them by nothing. */
    @Test
    void probabilitiesTakenForLogitsHideMembers() {
        double[] byConversion = lira(converted);
        double[] naive = lira(takenForLogits);
        assertThat(naive[0]).isLessThan(byConversion[0] - 0.01);
        assertThat(naive[1]).isLessThan(byConversion[1] - 0.05);
    }

    /** A threshold that was fixed on models that answer in logits flags nobody where probabilities are taken for such. */
    @Test
    void aThresholdFixedElsewhereFindsNobody() {
        double threshold = lossThreshold(raw, 1).bestThreshold();
        assertThat(lossThreshold(converted, 0).balancedAccuracy(threshold)).isGreaterThan(0.75);
        assertThat(lossThreshold(takenForLogits, 0).balancedAccuracy(threshold)).isEqualTo(0.5);
    }
}
