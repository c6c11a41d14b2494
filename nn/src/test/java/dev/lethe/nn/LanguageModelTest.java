package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lethe.core.data.Corpus;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.SequenceModel.States;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LanguageModelTest {
    private static final String TEXT = "the cat sat on the mat\nthe dog sat on the log\n".repeat(20);
    private static final Vocabulary LETTERS = Vocabulary.ofCharacters(TEXT, "");

    private static final Optimization FEW = new Optimization(2, 0.01, 4, 0, 0);

    static Stream<RecurrentRecipe> recipes() {
        return Stream.of(
                new RecurrentRecipe(6, 9, 1, 0, false, 8, FEW),
                new RecurrentRecipe(7, 5, 2, 0.3, false, 5, FEW),
                new RecurrentRecipe(8, 8, 1, 0, true, 8, FEW),
                new RecurrentRecipe(6, 6, 3, 0.1, true, 6, FEW));
    }

    private static LanguageModel untrained(RecurrentRecipe recipe, Seed seed) {
        Network network =
                new Network(recipe.layers(new int[] {recipe.window()}, LETTERS.size()), new int[] {recipe.window()});
        float[] weights = network.initial(seed);
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= 2;
        }
        network.load(weights);
        return new LanguageModel(network, LETTERS);
    }

    /** Twin: the whole text in one pass of the network. Some texts are read side by side, and one of them only half way. */
    @ParameterizedTest
    @MethodSource("recipes")
    void stepByStepEqualsAllAtOnce(RecurrentRecipe recipe) {
        int[][] texts = {
            LETTERS.encode("the cat sat on"), LETTERS.encode("gol eht no tas"), LETTERS.encode("cccccccccccccc")
        };
        int end = LETTERS.lineEnd().orElseThrow();
        try (LanguageModel model = untrained(recipe, Seed.of(1))) {
            double[][] slow = new double[3][];
            for (int i = 0; i < 3; i++) {
                int[] input = IntStream.concat(IntStream.of(end), IntStream.of(texts[i]))
                        .toArray();
                slow[i] = logs(model.network(), input);
            }
            States states = model.start();
            same(states, 0, slow[0], 0);
            int[] rows = {0, 0, 0};
            for (int step = 0; step < 14; step++) {
                int at = step;
                int[] tokens = Stream.of(texts).mapToInt(text -> text[at]).toArray();
                if (step == 7) {
                    // The others change places and the second is no more.
                    rows = new int[] {2, 0};
                    tokens = new int[] {tokens[2], tokens[0]};
                    texts[1] = texts[0];
                    texts[0] = texts[2];
                    slow[1] = slow[0];
                    slow[0] = slow[2];
                } else if (step > 7) {
                    rows = new int[] {0, 1};
                    tokens = Arrays.copyOf(tokens, 2);
                } else if (step > 0) {
                    rows = new int[] {0, 1, 2};
                }
                States after = model.next(states, rows, tokens);
                states.close();
                states = after;
                for (int row = 0; row < rows.length; row++) {
                    same(states, row, slow[row], step + 1);
                }
            }
            states.close();
        }
    }

    private static double[] logs(Network network, int[] input) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            float[] features = new float[input.length];
            for (int i = 0; i < features.length; i++) {
                features[i] = input[i];
            }
            Tensor logits = network.forward(Tensors.of(features, 1, features.length), null);
            float[] values = Tensors.toArray(torch.log_softmax(logits, 2));
            return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
        }
    }

    private static void same(States states, int row, double[] slow, int step) {
        int tokens = LETTERS.size();
        double sum = 0;
        for (int i = 0; i < tokens; i++) {
            double fast = states.logProbabilities()[row * tokens + i];
            assertThat(fast).isLessThanOrEqualTo(0).isCloseTo(slow[step * tokens + i], within(2e-5));
            sum += Math.exp(fast);
        }
        assertThat(sum).isCloseTo(1, within(1e-5));
    }

    /** An output that does not know of the steps before would be another: the test above sees the state. */
    @Test
    void whatWasReadBeforeMatters() {
        try (LanguageModel model = untrained(recipes().findFirst().orElseThrow(), Seed.of(1));
                States start = model.start();
                States one = model.next(start, new int[] {0, 0}, new int[] {3, 4});
                States two = model.next(one, new int[] {0, 1}, new int[] {5, 5})) {
            int tokens = LETTERS.size();
            assertThat(Arrays.copyOf(two.logProbabilities(), tokens))
                    .isNotEqualTo(Arrays.copyOfRange(two.logProbabilities(), tokens, 2 * tokens));
        }
    }

    @Test
    void refusesStatesThatAreClosedOrAnothersAndTokensThatAreNone() {
        RecurrentRecipe recipe = recipes().findFirst().orElseThrow();
        try (LanguageModel model = untrained(recipe, Seed.of(1));
                LanguageModel other = model.copy()) {
            States start = model.start();
            assertThatThrownBy(() -> other.next(start, new int[] {0}, new int[] {0}))
                    .hasMessageContaining("another model's");
            assertThatThrownBy(() -> model.next(start, new int[] {1}, new int[] {0}))
                    .hasMessageContaining("row 1");
            assertThatThrownBy(() -> model.next(start, new int[] {0}, new int[] {99}))
                    .hasMessageContaining("token 99");
            assertThatThrownBy(() -> model.next(start, new int[0], new int[0])).hasMessageContaining("at least one");
            start.close();
            start.close();
            assertThatThrownBy(() -> model.next(start, new int[] {0}, new int[] {0}))
                    .hasMessageContaining("closed");
        }
    }

    /** The gradients of single stretches, of tied outputs too, are those that autograd finds one at a time. */
    @ParameterizedTest
    @MethodSource("recipes")
    void clippedGradientsEqualAutogradsOneByOne(RecurrentRecipe recipe) {
        Examples windows = Corpus.of(LETTERS, TEXT).windows(recipe.window());
        for (double norm : new double[] {1e6, 0.05}) {
            assertThat(ClippedTraining.selfTest(recipe, windows, new Clipping.Flat(norm), Seed.of(3)))
                    .isLessThan(2e-5);
        }
        try (ClippedTraining training = ClippedTraining.begin(recipe, windows, Seed.of(4))) {
            int[] rows = IntStream.range(0, 40).toArray();
            assertThat(training.selfTest(rows, new Clipping.Flat(0.1))).isLessThan(2e-5);
            ClippedTraining.Sum sum = training.sum(rows, new Clipping.Flat(0.1), 1);
            assertThat(sum.norms()).hasSize(40).doesNotContain(0f);
        }
    }

    /** The norm of a tied table is that of the sum of its two gradients: without the cross term it is another. */
    @Test
    void aTiedTableIsMeasuredAsOne() {
        RecurrentRecipe recipe = new RecurrentRecipe(8, 8, 1, 0, true, 8, FEW);
        Examples windows =
                Corpus.of(LETTERS, "aaaaaaaaaaaaaaaaaaaaaaa\n".repeat(9)).windows(8);
        try (ClippedTraining training = ClippedTraining.begin(recipe, windows, Seed.of(4));
                Network network = new Network(recipe.layers(new int[] {8}, LETTERS.size()), new int[] {8});
                PointerScope scope = new PointerScope()) {
            network.load(training.weights());
            double cross = 0;
            for (int row = 0; row < 5; row++) {
                Tensor labels = Tensors.of(new int[] {windows.labels()[row]});
                Tensor flat = torch.zeros(network.parameterCount());
                network.gradient(Tensors.rows(windows, row, 1), labels, null, flat);
                double slow = 0;
                for (float value : Tensors.toArray(flat)) {
                    slow += value * value;
                }
                float fast =
                        training.sum(new int[] {row}, new Clipping.Flat(1), 1).norms()[0];
                assertThat((double) fast).isCloseTo(Math.sqrt(slow), within(1e-5));
                cross += slow;
            }
            assertThat(cross).isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,2", "7,3,2", "40,4,5", "41,4,5", "100,7,3", "100,200,3", "1000,32,10", "1001,33,9"})
    void lanesTellEachTokenOnceBehindTheOneBefore(int tokens, int most, int window) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tokens; i++) {
            text.append(LETTERS.tokens().get(1 + i * i % (LETTERS.size() - 1)));
        }
        Corpus corpus = Corpus.of(LETTERS, text.toString());
        int[] stream = corpus.stream();
        Lanes lanes = new Lanes(corpus, most, window);
        assertThat(lanes.count()).isBetween(1, most);
        List<List<Integer>> told = new ArrayList<>();
        List<List<Integer>> before = new ArrayList<>();
        for (int lane = 0; lane < lanes.count(); lane++) {
            told.add(new ArrayList<>());
            before.add(new ArrayList<>());
        }
        int counted = 0;
        for (int step = 0; step < lanes.steps(); step++) {
            counted += lanes.predicted(step);
            try (PointerScope scope = new PointerScope()) {
                float[] input = Tensors.toArray(lanes.input(step));
                int[] targets = lanes.told(step);
                int width = targets.length / lanes.count();
                assertThat(width).isBetween(1, window);
                for (int i = 0; i < targets.length; i++) {
                    if (targets[i] != Network.IGNORED) {
                        told.get(i / width).add(targets[i]);
                        before.get(i / width).add((int) input[i]);
                    }
                }
            }
        }
        assertThat(counted).isEqualTo(stream.length).isEqualTo(lanes.tokens());
        List<Integer> all = told.stream().flatMap(List::stream).toList();
        assertThat(all).isEqualTo(IntStream.of(stream).boxed().toList());
        List<Integer> allBefore = before.stream().flatMap(List::stream).toList();
        assertThat(allBefore.get(0)).isEqualTo(LETTERS.lineEnd().orElseThrow());
        assertThat(allBefore.subList(1, all.size())).isEqualTo(all.subList(0, all.size() - 1));
    }

    /** Read on from stretch to stretch, a text is the same as read in one. */
    @Test
    void statesAreCarriedFromStretchToStretch() {
        RecurrentRecipe recipe = new RecurrentRecipe(6, 9, 2, 0, false, 8, FEW);
        try (LanguageModel model = untrained(recipe, Seed.of(1));
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Corpus corpus = Corpus.of(LETTERS, "the cat sat on the log");
            Lanes lanes = new Lanes(corpus, 1, 7);
            LstmStates states = new LstmStates(model.network().layers(), 1);
            List<Float> parts = new ArrayList<>();
            for (int step = 0; step < lanes.steps(); step++) {
                for (float value : Tensors.toArray(model.network().forward(lanes.input(step), null, states))) {
                    parts.add(value);
                }
            }
            float[] whole = Tensors.toArray(model.network().forward(new Lanes(corpus, 1, 100).input(0), null));
            assertThat(parts).hasSize(whole.length);
            for (int i = 0; i < whole.length; i++) {
                assertThat(parts.get(i)).isCloseTo(whole[i], within(1e-5f));
            }
        }
    }

    /** Twin: the mean of what the steps tell, one after the other. */
    @Test
    void lossIsTheMeanOverTokens() {
        try (LanguageModel model = untrained(recipes().findFirst().orElseThrow(), Seed.of(1))) {
            Corpus corpus = Corpus.of(LETTERS, "the cat sat on the log");
            int[] stream = corpus.stream();
            double sum = 0;
            States states = model.start();
            for (int token : stream) {
                sum -= states.logProbabilities()[token];
                States next = model.next(states, new int[] {0}, new int[] {token});
                states.close();
                states = next;
            }
            states.close();
            // Shorter than one stretch, and so in one piece.
            assertThat(model.lossNats(corpus)).isCloseTo(sum / stream.length, within(1e-5));
            assertThatThrownBy(() -> model.lossNats(Corpus.of(Vocabulary.ofCharacters("xy", "\n"), "xy")))
                    .hasMessageContaining("another vocabulary");
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void learnsWhatComesNext(RecurrentRecipe recipe) {
        Corpus corpus = Corpus.of(LETTERS, TEXT);
        List<Double> losses = new ArrayList<>();
        Optimization how = new Optimization(25, 0.02, 4, 0, 0);
        try (LanguageModel model = recipe.with(how).train(corpus, Seed.of(5), Progress.QUIET, (epoch, loss, now) -> {
            assertThat(epoch).isEqualTo(losses.size() + 1);
            losses.add(loss);
            assertThat(now.lossNats(corpus)).isPositive();
        })) {
            assertThat(losses).hasSize(25);
            assertThat(losses.get(0)).isGreaterThan(1.5);
            // Its letters alone have 2.4 nats.
            assertThat(model.lossNats(corpus)).isLessThan(1.2).isLessThan(losses.get(0));
            try (LanguageModel again = recipe.with(how).train(corpus, Seed.of(5), Progress.QUIET, (e, l, m) -> {})) {
                assertThat(again.parameters()).isEqualTo(model.parameters());
            }
        }
    }

    /** An epoch's end shows the model as it then is, and what it tells by steps too. */
    @Test
    void stepsFollowTheParameters() {
        Corpus corpus = Corpus.of(LETTERS, TEXT);
        List<float[]> seen = new ArrayList<>();
        try (LanguageModel model = recipes()
                .findFirst()
                .orElseThrow()
                .train(corpus, Seed.of(5), Progress.QUIET, (epoch, loss, now) -> {
                    try (States start = now.start()) {
                        seen.add(start.logProbabilities().clone());
                    }
                })) {
            try (States start = model.start()) {
                assertThat(start.logProbabilities()).isEqualTo(seen.get(1)).isNotEqualTo(seen.get(0));
            }
        }
    }

    @Test
    void stretchesTrainTooAndTheirModelTellsTheNextToken() {
        Corpus corpus = Corpus.of(LETTERS, TEXT);
        Examples windows = corpus.windows(8);
        RecurrentRecipe recipe = new RecurrentRecipe(6, 16, 1, 0, false, 8, new Optimization(15, 0.02, 8, 0, 0));
        try (LanguageModel model = LanguageModel.of(
                recipe.train(windows, IntStream.range(0, windows.size()).toArray(), Seed.of(1), Progress.QUIET),
                LETTERS)) {
            assertThat(model.lossNats(corpus)).isLessThan(1.2);
        }
        try (NetworkPredictor predictor =
                (NetworkPredictor) recipe.train(windows, new int[] {0, 1, 2}, Seed.of(1), Progress.QUIET)) {
            assertThat(predictor.logits(windows).values()).hasSize(windows.size() * LETTERS.size());
            assertThatThrownBy(() -> predictor.gradientNorms(windows)).hasMessageContaining("language model");
        }
    }

    @Test
    void quantizedWeightsHaveFewLevels() {
        try (LanguageModel model = untrained(recipes().findFirst().orElseThrow(), Seed.of(1));
                LanguageModel rounded = model.quantized()) {
            float[] before = model.parameters();
            float[] after = rounded.parameters();
            for (Network.Parameters p : model.network().parameters()) {
                int from = p.offset();
                for (Tensor tensor : p.tensors()) {
                    int to = from + (int) tensor.numel();
                    TreeSet<Float> levels = new TreeSet<>();
                    double largest = 0;
                    for (int i = from; i < to; i++) {
                        levels.add(after[i]);
                        largest = Math.max(largest, Math.abs(before[i]));
                    }
                    assertThat(levels.size()).isLessThanOrEqualTo(255);
                    for (int i = from; i < to; i++) {
                        assertThat((double) after[i]).isCloseTo(before[i], within(largest / 253));
                    }
                    from = to;
                }
            }
            assertThat(after).isNotEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void filesHoldTheModel(RecurrentRecipe recipe, @TempDir Path folder) throws IOException {
        try (LanguageModel model = untrained(recipe, Seed.of(1))) {
            LanguageModelFiles.write(model, Map.of("note", "ours"), folder);
            try (LanguageModelFiles.Saved saved = LanguageModelFiles.read(folder);
                    States one = model.start();
                    States other = saved.model().start()) {
                assertThat(other.logProbabilities()).isEqualTo(one.logProbabilities());
                assertThat(saved.model().vocabulary()).isEqualTo(LETTERS);
                assertThat(saved.metadata()).isEqualTo(Map.of("note", "ours"));
            }
            assertThatThrownBy(() -> NetworkFiles.read(folder)).hasMessageContaining("language model");
            byte[] bytes = Files.readAllBytes(folder.resolve(NetworkFiles.PARAMETERS));
            byte[] changed = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .replaceFirst("character", "charakter")
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            Files.write(folder.resolve(NetworkFiles.PARAMETERS), changed);
            assertThatThrownBy(() -> LanguageModelFiles.read(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("charakter");
        }
    }

    @Test
    void rmsPropDividesByTheRootOfADecayingMean() {
        float[] parameters = {1, -2, 3};
        float[] gradient = {0.5f, -1, 2};
        RmsProp update = new RmsProp(3, 0.1, 0.9, 0);
        double[] slow = {1, -2, 3};
        double[] square = new double[3];
        for (int step = 0; step < 5; step++) {
            update.step(parameters, gradient);
            for (int i = 0; i < 3; i++) {
                square[i] = 0.9 * square[i] + 0.1 * gradient[i] * gradient[i];
                slow[i] -= 0.1 * gradient[i] / (Math.sqrt(square[i]) + 1e-8);
                assertThat((double) parameters[i]).isCloseTo(slow[i], within(1e-5));
            }
            if (step == 2) {
                OptimizerState kept = update.state();
                update = new RmsProp(3, 0.1, 0.9, 0);
                update.restore(kept);
            }
            gradient[1] += 0.3f;
        }
        assertThatThrownBy(() -> new Optimizer.RmsProp(1)).hasMessageContaining("decay 1");
    }

    @Test
    void refusesWhatIsNoLanguageModel() {
        assertThatThrownBy(() -> new RecurrentRecipe(4, 5, 1, 0, true, 8, FEW)).hasMessageContaining("tied");
        assertThatThrownBy(() -> new RecurrentRecipe(4, 5, 1, 0, false, 8, FEW.withPatience(2)))
                .hasMessageContaining("early stopping");
        assertThatThrownBy(() -> new Network(
                                List.of(new Layer.Embedding(5, 4), new Layer.Lstm(4, 4), new Layer.Tied(4, 6)),
                                new int[] {3})
                        .close())
                .hasMessageContaining("tied");
        assertThatThrownBy(() ->
                        new Network(List.of(new Layer.Embedding(5, 4), new Layer.Lstm(4, 4)), new int[] {3}).close())
                .hasMessageContaining("logits");
    }
}
