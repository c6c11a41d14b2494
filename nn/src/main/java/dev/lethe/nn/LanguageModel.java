package dev.lethe.nn;

import dev.lethe.core.data.Corpus;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.Vocabulary;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.SequenceModel;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A trained language model of this package. Before a text it stands behind a line's end, as in training.
 *
 * <p>Not safe for several threads: each takes a {@link #copy}.
 */
public final class LanguageModel implements SequenceModel {
    /** Pieces that {@link #lossNats} reads side by side. */
    private static final int LANES = 32;

    private static final int WINDOW = 128;

    /** Levels on either side of 0 of a weight in 8 bits. */
    private static final int LEVELS = 127;

    private final Network network;
    private final Vocabulary vocabulary;
    private @Nullable Stepper stepper;

    LanguageModel(Network network, Vocabulary vocabulary) {
        if (!network.predictsEachStep() || network.outputs() != vocabulary.size()) {
            throw new IllegalArgumentException("the model is no language model over the vocabulary's "
                    + vocabulary.size() + " tokens: it has " + network.outputs() + " logits"
                    + (network.predictsEachStep() ? "" : ", and not at each step"));
        }
        if (vocabulary.lineEnd().isEmpty()) {
            throw new IllegalArgumentException("the vocabulary has no line's end, behind which texts begin");
        }
        this.network = network;
        this.vocabulary = vocabulary;
    }

    /**
     * What training on the stretches of a corpus gave, such as private training.
     *
     * @param trained by a {@link RecurrentRecipe}; from now on this model's, and closed with it
     */
    public static LanguageModel of(Predictor<Examples> trained, Vocabulary vocabulary) {
        if (!(trained instanceof NetworkPredictor predictor)) {
            throw new IllegalArgumentException(
                    "model is a " + trained.getClass().getName()
                            + ", and only networks that a recipe of dev.lethe.nn trained can be language models");
        }
        return new LanguageModel(predictor.network(), vocabulary);
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    Network network() {
        return network;
    }

    /** How many parameters. */
    public int parameterCount() {
        return network.parameterCount();
    }

    /** A copy of the parameters, in the order of the network's layers. */
    public float[] parameters() {
        return Tensors.toArray(network.flat());
    }

    /** The same model again, for another thread. */
    public LanguageModel copy() {
        return with(parameters());
    }

    /** The same with each tensor of weights rounded to 255 levels, evenly spaced and symmetric about 0, as 8-bit integers hold them. */
    public LanguageModel quantized() {
        float[] values = parameters();
        for (Network.Parameters layer : network.parameters()) {
            int from = layer.offset();
            for (Tensor tensor : layer.tensors()) {
                int to = from + Math.toIntExact(tensor.numel());
                quantize(values, from, to);
                from = to;
            }
        }
        return with(values);
    }

    private static void quantize(float[] values, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        if (largest > 0) {
            float step = largest / LEVELS;
            for (int i = from; i < to; i++) {
                values[i] = Math.round(values[i] / step) * step;
            }
        }
    }

    private LanguageModel with(float[] parameters) {
        Network other = new Network(network.layers(), network.inputShape());
        other.load(parameters);
        return new LanguageModel(other, vocabulary);
    }

    /**
     * Mean loss over the tokens of a text, in nats; its exponential is the perplexity. The text is read in 32 pieces side by side, each
     * from an empty state.
     */
    public double lossNats(Corpus text) {
        if (!text.vocabulary().equals(vocabulary)) {
            throw new IllegalArgumentException("the text is written in another vocabulary than the model's");
        }
        Lanes lanes = new Lanes(text, LANES, WINDOW);
        double sum = 0;
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            LstmStates states = new LstmStates(network.layers(), lanes.count());
            for (int step = 0; step < lanes.steps(); step++) {
                try (PointerScope one = new PointerScope()) {
                    Tensor logits = network.forward(lanes.input(step), null, states);
                    sum += torch.cross_entropy_loss(logits.flatten(0, 1), lanes.targets(step))
                                    .item_double()
                            * lanes.predicted(step);
                }
            }
        }
        return sum / lanes.tokens();
    }

    @Override
    public States start() {
        return stepper().start(vocabulary.lineEnd().orElseThrow());
    }

    @Override
    public States next(States from, int[] rows, int[] tokens) {
        return stepper().next(from, rows, tokens);
    }

    /** Made when first asked; of the parameters as they are then. */
    private Stepper stepper() {
        Stepper made = stepper;
        if (made == null) {
            made = new Stepper(network);
            stepper = made;
        }
        return made;
    }

    /** After the parameters have changed. */
    void forgetSteps() {
        if (stepper != null) {
            stepper.close();
            stepper = null;
        }
    }

    @Override
    public void close() {
        forgetSteps();
        network.close();
    }
}
