package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Population;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.Cnn;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.Optimization;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Quantile regression, without shadow models: learns on fresh records how confident the target is in the class of a record
 * that it was not trained on, and scores each record by where the target's confidence stands in that distribution.
 *
 * <p>What the regression sees of a record is its class and how well a small classifier of the attacker's own, which has
 * not seen it either, does on it: that says most of how hard it is, and a thousand records are enough to learn from it.
 * Method and figures: {@code docs/math/quantile-regression.md}.
 *
 * <p>Without a population (fewer than {@value #FEWEST} fresh records) the records themselves stand in for it, each scored
 * by what was learned from others. Half of those were trained on: weaker, and without a false-positive rate of its own.
 *
 * @param folds parts of the fresh records: what is learned on the others is applied to each
 * @param rate false-positive rate of the threshold, fixed on fresh records that the regression was not fitted on
 */
public record QuantileRegression(int folds, double rate) implements MembershipAttack {
    /** Without shadows the attacker knows no member's score, so the rate is a choice: one false alarm in four. */
    public static final QuantileRegression DEFAULT = new QuantileRegression(4, 0.25);

    private static final Card CARD = new Card(
            "quantile-regression",
            "Quantile regression",
            "Compares the model's confidence with what fresh records of the same kind get; trains no shadow models.",
            "Bertran, Tang, Kearns, Morgenstern, Roth, Wu: Scalable Membership Inference Attacks via Quantile"
                    + " Regression, NeurIPS 2023",
            List.of(
                    "the model's full probability vector",
                    "fresh records of the same population; without any, the records themselves stand in, and it is weaker"));

    private static final int FEWEST = 200;

    /** Images are averaged down to at most this many pixels a side: the classifiers need only tell easy from hard. */
    private static final int MOST_PIXELS = 16;

    /** Passes of a classifier times its rows, at most: more rows need fewer passes. */
    private static final int MOST_LESSONS = 120_000;

    /** Rows that a distribution is learned from, at most: it has few covariates, and more rows teach nothing new. */
    private static final int MOST_TEACHERS = 20_000;

    public QuantileRegression {
        if (folds < 2 || folds > 100) {
            throw new IllegalArgumentException("folds " + folds + " must lie in 2..100");
        }
        if (!(rate > 0 && rate < 1)) {
            throw new IllegalArgumentException("rate " + rate + " must lie in (0, 1)");
        }
    }

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return Need.RECORDS;
    }

    @Override
    public boolean worksWithModels() {
        return true;
    }

    @Override
    public Scores attack(MembershipView view) {
        Population population = view.population();
        boolean fresh = population.size() >= FEWEST;
        double[] known = fresh ? population.target(Signal.LOGIT_MARGIN) : view.target(Signal.LOGIT_MARGIN);
        double[] asked = view.target(Signal.LOGIT_MARGIN);
        if (known.length < 2 * folds || !ScoreDistribution.canLearn(known)) {
            return Scores.of(asked);
        }
        Examples from = small(fresh ? population.features() : view.features());
        return fresh ? compared(view, known, from, asked) : amongThemselves(view, known, from);
    }

    /** Learned on the population, all but a fold that fixes the threshold. */
    private Scores compared(MembershipView view, double[] known, Examples from, double[] asked) {
        Examples records = small(view.features());
        int[] fold = fold(known.length, view.seed());
        float[][] margins = margins(from, fold, records, view.seed());
        int width = 1 + view.classes();
        float[] covariates = covariates(margins[0], from.labels(), width);
        int[] fitted = rows(fold, part -> part != 0);
        int[] held = rows(fold, part -> part == 0);
        try (ScoreDistribution distribution = ScoreDistribution.learn(
                known, covariates, width, fitted, view.seed().fork("distribution"))) {
            double[] values = distribution.logOdds(asked, covariates(margins[1], records.labels(), width));
            double[] calibration = distribution.logOdds(
                    Arrays.stream(held).mapToDouble(row -> known[row]).toArray(), select(covariates, width, held));
            Arrays.sort(calibration);
            // The conservative quantile: a fresh record scores above it with a probability of at most rate.
            int above = (int) Math.floor(rate * (calibration.length + 1));
            double threshold = above == 0 ? Double.POSITIVE_INFINITY : calibration[calibration.length - above];
            return Scores.of(values, Math.nextUp(threshold));
        }
    }

    /** Each record by what was learned from the other folds. */
    private Scores amongThemselves(MembershipView view, double[] known, Examples from) {
        int[] fold = fold(known.length, view.seed());
        float[][] margins = margins(from, fold, from.select(new int[0]), view.seed());
        int width = 1 + view.classes();
        float[] covariates = covariates(margins[0], from.labels(), width);
        double[] values = new double[known.length];
        for (int k = 0; k < folds; k++) {
            int out = k;
            int[] held = rows(fold, part -> part == out);
            Seed seed = view.seed().fork("distribution-" + k);
            int[] teachers = teachers(fold, part -> part != out, seed);
            try (ScoreDistribution distribution = ScoreDistribution.learn(known, covariates, width, teachers, seed)) {
                double[] odds = distribution.logOdds(
                        Arrays.stream(held).mapToDouble(row -> known[row]).toArray(), select(covariates, width, held));
                for (int i = 0; i < held.length; i++) {
                    values[held[i]] = odds[i];
                }
            }
        }
        return Scores.of(values);
    }

    private int[] fold(int n, Seed seed) {
        int[] order = Shuffle.permutation(n, seed.fork("folds").stream());
        int[] fold = new int[n];
        for (int i = 0; i < n; i++) {
            fold[order[i]] = i % folds;
        }
        return fold;
    }

    private static int[] rows(int[] fold, java.util.function.IntPredicate wanted) {
        return IntStream.range(0, fold.length)
                .filter(row -> wanted.test(fold[row]))
                .toArray();
    }

    /** The rows of these folds; a random part of them where there are many. */
    private static int[] teachers(int[] fold, java.util.function.IntPredicate wanted, Seed seed) {
        int[] rows = rows(fold, wanted);
        if (rows.length <= MOST_TEACHERS) {
            return rows;
        }
        int[] some = Shuffle.subset(rows.length, MOST_TEACHERS, seed.fork("teachers").stream());
        return Arrays.stream(some).map(i -> rows[i]).toArray();
    }

    /**
     * The log-odds that classifiers of the attacker's own give the class of each record: for rows of {@code from}, the
     * classifier that was trained without their fold; for other records, the mean of all. In the scale of {@code from}.
     */
    private float[][] margins(Examples from, int[] fold, Examples others, Seed seed) {
        float[] own = new float[from.size()];
        float[] mean = new float[others.size()];
        Trainer<Examples> recipe = classifier(from);
        for (int k = 0; k < folds; k++) {
            int out = k;
            int[] held = rows(fold, part -> part == out);
            try (Predictor<Examples> classifier =
                    recipe.train(from, rows(fold, part -> part != out), seed.fork("classifier-" + k), Progress.QUIET)) {
                Examples unseen = from.select(held);
                double[] margin = Signal.LOGIT_MARGIN.of(classifier.logits(unseen), unseen.labels());
                for (int i = 0; i < held.length; i++) {
                    own[held[i]] = (float) margin[i];
                }
                Logits logits = classifier.logits(others);
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += (float) Signal.LOGIT_MARGIN.of(logits, i, others.labels()[i]) / folds;
                }
            }
        }
        double center = IntStream.range(0, own.length)
                .mapToDouble(i -> own[i])
                .average()
                .orElse(0);
        double spread = Math.sqrt(IntStream.range(0, own.length)
                .mapToDouble(i -> (own[i] - center) * (own[i] - center))
                .average()
                .orElse(1));
        double unit = spread > 0 ? spread : 1;
        return new float[][] {scaled(own, center, unit), scaled(mean, center, unit)};
    }

    private static Trainer<Examples> classifier(Examples from) {
        int epochs = Math.max(8, Math.min(30, MOST_LESSONS / from.size()));
        return from.shape().length == 3 && Math.min(from.shape()[1], from.shape()[2]) >= 4
                ? new Cnn(8, 64, 0, new Optimization(epochs, 2e-3, 128, 0, 0))
                : new Mlp(List.of(64), 0, new Optimization(epochs, 5e-3, 256, 0, 0));
    }

    private static float[] scaled(float[] values, double center, double unit) {
        float[] scaled = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = (float) ((values[i] - center) / unit);
        }
        return scaled;
    }

    /** The margin and the class, one-hot. */
    private static float[] covariates(float[] margins, int[] labels, int width) {
        float[] values = new float[margins.length * width];
        for (int row = 0; row < margins.length; row++) {
            values[row * width] = margins[row];
            values[row * width + 1 + labels[row]] = 1;
        }
        return values;
    }

    private static float[] select(float[] values, int width, int[] rows) {
        float[] some = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, some, i * width, width);
        }
        return some;
    }

    /** Images averaged over 2x2 pixels until they are small; other examples as they are. */
    private static Examples small(Examples examples) {
        int[] shape = examples.shape();
        if (shape.length != 3 || Math.max(shape[1], shape[2]) <= MOST_PIXELS) {
            return examples;
        }
        int height = shape[1] / 2;
        int width = shape[2] / 2;
        if (height == 0 || width == 0) {
            return examples;
        }
        float[] from = examples.features();
        float[] into = new float[examples.size() * shape[0] * height * width];
        int at = 0;
        for (int plane = 0; plane < examples.size() * shape[0]; plane++) {
            for (int y = 0; y < height; y++) {
                int row = (plane * shape[1] + 2 * y) * shape[2];
                for (int x = 0; x < width; x++) {
                    into[at++] = (from[row + 2 * x]
                                    + from[row + 2 * x + 1]
                                    + from[row + shape[2] + 2 * x]
                                    + from[row + shape[2] + 2 * x + 1])
                            / 4;
                }
            }
        }
        return small(new Examples(into, new int[] {shape[0], height, width}, examples.labels(), examples.classes()));
    }
}
