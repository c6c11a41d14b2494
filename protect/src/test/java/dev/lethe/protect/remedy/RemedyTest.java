package dev.lethe.protect.remedy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import dev.lethe.nn.Layer;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Mlp;
import dev.lethe.nn.NetworkTrainer;
import dev.lethe.nn.Optimization;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/**
 * What each remedy does to models that learn by heart: labels are coins, so that whatever a model knows of them it knows of members.
 * The undefended recipe is the saboteur of each test. All seeds are fixed.
 */
class RemedyTest {
    private static final int N = 120;
    private static final int WIDTH = 20;
    private static final int[] ROWS = IntStream.range(0, N).toArray();
    private static final NetworkTrainer RECIPE = new Mlp(List.of(64), 0, new Optimization(60, 5e-3, 32, 0, 0));

    private static Examples coins() {
        UniformRandomProvider random = Seed.of(1).fork("coins").stream();
        float[] features = new float[N * WIDTH];
        for (int i = 0; i < features.length; i++) {
            features[i] = 2 * random.nextFloat() - 1;
        }
        int[] labels = IntStream.range(0, N).map(i -> random.nextInt(3)).toArray();
        return new Examples(features, new int[] {WIDTH}, labels, List.of("a", "b", "c"));
    }

    private static Predictor<Examples> trained(Trainer<Examples> recipe) {
        return recipe.train(coins(), ROWS, Seed.of(2), Progress.QUIET);
    }

    private static Predictor<Examples> undefended() {
        return trained(RECIPE);
    }

    private static Predictor<Examples> defended(Remedy remedy) {
        return trained(remedy.on(RECIPE).orElseThrow());
    }

    private static double loss(Predictor<Examples> model) {
        Examples data = coins();
        Logits logits = model.logits(data);
        return IntStream.range(0, N)
                .mapToDouble(row -> logits.lossNats(row, data.labels()[row]))
                .average()
                .orElseThrow();
    }

    private static double norm(Predictor<Examples> model) {
        double square = 0;
        for (float weight : model.parameters().orElseThrow()) {
            square += (double) weight * weight;
        }
        return Math.sqrt(square);
    }

    @Test
    void theUndefendedModelKnowsItsMembersByHeart() {
        try (Predictor<Examples> model = undefended()) {
            assertThat(loss(model)).isLessThan(0.05);
            assertThat(model.logits(coins()).accuracy(coins().labels())).isEqualTo(1);
        }
    }

    /** Nothing is to be learned, so that the held-back tenth gets worse soon. */
    @Test
    void earlyStoppingStopsBeforeMembersAreKnown() {
        try (Predictor<Examples> model = defended(new Remedies.EarlyStopping(3))) {
            assertThat(loss(model)).isGreaterThan(0.5);
        }
    }

    @Test
    void weightDecayMakesWeightsSmall() {
        try (Predictor<Examples> plain = undefended();
                Predictor<Examples> model = defended(new Remedies.WeightDecay(0.5))) {
            assertThat(norm(model)).isLessThan(0.95 * norm(plain));
            assertThat(loss(model)).isGreaterThan(loss(plain));
        }
    }

    @Test
    void dropoutLeavesOutUnitsInTrainingOnly() {
        NetworkTrainer with =
                (NetworkTrainer) new Remedies.Dropout(0.5).on(RECIPE).orElseThrow();
        assertThat(RECIPE.layers(new int[] {WIDTH}, 3)).noneMatch(layer -> layer instanceof Layer.Dropout);
        assertThat(with.layers(new int[] {WIDTH}, 3)).contains(new Layer.Dropout(0.5));
        try (Predictor<Examples> plain = undefended();
                Predictor<Examples> model = trained(with)) {
            assertThat(loss(model)).isGreaterThan(2 * loss(plain));
            assertThat(model.logits(coins()).values())
                    .isEqualTo(model.logits(coins()).values());
        }
        LogisticRegression without = new LogisticRegression(RECIPE.optimization());
        assertThat(new Remedies.Dropout(0.5).on(without)).isEmpty();
    }

    /** The least loss against a label of which 0.3 are spread over three classes is at 0.8 and twice 0.1. */
    @Test
    void labelSmoothingKeepsConfidencesAtWhatWasSpread() {
        try (Predictor<Examples> plain = undefended();
                Predictor<Examples> model = defended(new Remedies.LabelSmoothing(0.3))) {
            assertThat(confidence(plain)).isGreaterThan(0.95);
            assertThat(confidence(model)).isBetween(0.7, 0.85);
        }
    }

    private static double confidence(Predictor<Examples> model) {
        Logits logits = model.logits(coins());
        return IntStream.range(0, N)
                .mapToDouble(row -> Math.exp(-logits.lossNats(row, logits.argMax(row))))
                .average()
                .orElseThrow();
    }

    @Test
    void confidenceMaskingShowsTheLabelAndOneRoundedNumber() {
        for (int decimals : new int[] {0, 1, 3}) {
            Trainer<Examples> recipe =
                    new ConfidenceMasking(decimals).on(RECIPE).orElseThrow();
            // Half trained, so that there are confidences of all sizes.
            NetworkTrainer quick = RECIPE.with(new Optimization(12, 5e-3, 32, 0, 0));
            Trainer<Examples> masked = new ConfidenceMasking(decimals).on(quick).orElseThrow();
            try (Predictor<Examples> open = trained(quick);
                    Predictor<Examples> model = trained(masked);
                    Predictor<Examples> again = recipe.restore(
                                    coins(), ROWS, open.parameters().orElseThrow())
                            .orElseThrow()) {
                Logits inside = open.logits(coins());
                Logits shown = model.logits(coins());
                assertThat(model.parameters().orElseThrow())
                        .isEqualTo(open.parameters().orElseThrow());
                assertThat(again.logits(coins()).values()).isEqualTo(shown.values());
                Set<Float> numbers = new HashSet<>();
                for (int row = 0; row < N; row++) {
                    int label = shown.argMax(row);
                    assertThat(label).isEqualTo(inside.argMax(row));
                    Set<Float> others = new HashSet<>();
                    for (int k = 0; k < 3; k++) {
                        if (k != label) {
                            others.add(shown.at(row, k));
                        }
                    }
                    assertThat(others).hasSize(1);
                    numbers.add(shown.at(row, label));
                    double told = Math.exp(-shown.lossNats(row, label));
                    double truth = Math.exp(-inside.lossNats(row, label));
                    double unit = Math.pow(10, -decimals);
                    assertThat(told).isGreaterThan(1.0 / 3).isLessThan(1);
                    assertThat(Math.abs(told - truth)).isLessThan(unit / 2 + 1e-6);
                }
                assertThat(numbers).hasSizeLessThanOrEqualTo((int) Math.pow(10, decimals) + 1);
            }
        }
        try (Predictor<Examples> open = undefended()) {
            Logits inside = open.logits(coins());
            Set<Float> numbers = new HashSet<>();
            IntStream.range(0, N).forEach(row -> numbers.add(inside.at(row, inside.argMax(row))));
            assertThat(numbers).hasSizeGreaterThan(100);
        }
    }

    @Test
    void maskedAnswersOfAnyLogitsKeepTheirLabel() {
        // Nearly even, even, certain, hopeless.
        float[][] logits = {{0, 1e-6f, 0}, {0, 0, 0}, {100, -100, 0}, {-1e30f, 1e30f, 0}};
        for (float[] row : logits) {
            Predictor<Examples> open = new Fixed(row);
            Trainer<Examples> masked =
                    new ConfidenceMasking(1).on(new Answers(row)).orElseThrow();
            try (Predictor<Examples> model = masked.train(one(), new int[] {0}, Seed.of(1), Progress.QUIET)) {
                assertThat(model.logits(one()).argMax(0))
                        .isEqualTo(open.logits(one()).argMax(0));
                for (int k = 0; k < 3; k++) {
                    assertThat(model.logits(one()).at(0, k)).isFinite();
                }
            }
        }
    }

    private static Examples one() {
        return new Examples(new float[WIDTH], new int[] {WIDTH}, new int[1], List.of("a", "b", "c"));
    }

    /** Always the same answer. */
    private record Fixed(float[] answer) implements Predictor<Examples> {
        @Override
        public Logits logits(Examples data) {
            return new Logits(answer.clone(), answer.length);
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    /** A recipe of models that always answer the same. */
    private record Answers(float[] answer) implements NetworkTrainer {
        @Override
        public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
            return new Fixed(answer);
        }

        @Override
        public List<Layer> layers(int[] shape, int classes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optimization optimization() {
            return Optimization.DEFAULT;
        }

        @Override
        public NetworkTrainer with(Optimization other) {
            return this;
        }

        @Override
        public String describe() {
            return "fixed";
        }
    }

    /**
     * No teacher has seen the label of a record that it speaks of, so that what the student says of it agrees with the label by chance:
     * 1/3 of 120, and up to 0.55 with a probability of at most 1e-6 if they were independent. (They are nearly: a record's label
     * moves the teachers of others, of which none is close to it among 20 features.)
     */
    @Test
    void aDistilledModelDoesNotKnowTheLabelsOfItsMembers() {
        try (Predictor<Examples> model = defended(new CrossDistillation(3))) {
            assertThat(model.logits(coins()).accuracy(coins().labels())).isLessThan(0.55);
        }
        assertThatThrownBy(() -> new CrossDistillation(3)
                        .on(RECIPE)
                        .orElseThrow()
                        .train(coins(), new int[] {0, 1}, Seed.of(1), Progress.QUIET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least as many records");
    }

    /** Where there is something to learn the student learns it, of teachers who saw other records. */
    @Test
    void aDistilledModelKnowsWhatIsTrueOfAll() {
        Examples coins = coins();
        int[] labels = IntStream.range(0, N)
                .map(row -> coins.features()[row * WIDTH] > 0 ? 1 : 0)
                .toArray();
        Examples data = new Examples(coins.features(), coins.shape(), labels, coins.classes());
        try (Predictor<Examples> model =
                new CrossDistillation(3).on(RECIPE).orElseThrow().train(data, ROWS, Seed.of(2), Progress.QUIET)) {
            assertThat(model.logits(data).accuracy(labels)).isGreaterThan(0.7);
        }
    }

    @Test
    void eachHasANameAndIsNotTakenTwice() {
        assertThat(Remedies.all().stream().map(Remedy::id)).doesNotHaveDuplicates();
        for (Remedy remedy : Remedies.all()) {
            assertThat(remedy.name()).isNotBlank();
            assertThat(remedy.claim().toString()).isNotBlank();
            Trainer<Examples> once = remedy.on(RECIPE).orElseThrow();
            assertThat(once.describe()).isNotEqualTo(RECIPE.describe());
            if (once instanceof NetworkTrainer network) {
                assertThat(remedy.on(network)).as(remedy.id()).isEmpty();
            }
        }
    }

    @Test
    void modelsArePutAwayAndTakenBack() {
        for (Remedy remedy : Remedies.all()) {
            Trainer<Examples> recipe =
                    remedy.on(RECIPE.with(new Optimization(2, 5e-3, 32, 0, 0))).orElseThrow();
            try (Predictor<Examples> model = trained(recipe);
                    Predictor<Examples> back = recipe.restore(
                                    coins(), ROWS, model.parameters().orElseThrow())
                            .orElseThrow()) {
                assertThat(Arrays.equals(
                                model.logits(coins()).values(),
                                back.logits(coins()).values()))
                        .as(remedy.id())
                        .isTrue();
            }
        }
    }
}
