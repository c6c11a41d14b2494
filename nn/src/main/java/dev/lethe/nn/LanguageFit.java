package dev.lethe.nn;

import dev.lethe.core.data.Corpus;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One training of a language model by truncated back-propagation through time, on the calling thread. */
final class LanguageFit {
    private final Network network;
    private final Lanes lanes;
    private final Optimization how;
    private final Seed seed;

    LanguageFit(Network network, Corpus corpus, Optimization how, int window, Seed seed) {
        this.network = network;
        this.how = how;
        this.seed = seed;
        how.augmentation().require(new int[] {window});
        lanes = new Lanes(corpus, how.batch(), window);
    }

    void run(LanguageModel model, Progress progress, RecurrentRecipe.Epochs epochs) {
        float[] weights = network.initial(seed.fork("initial"));
        network.load(weights);
        Update update = how.update(weights.length);
        float[] gradient = new float[weights.length];
        try (PointerScope scope = new PointerScope()) {
            Generator dropout = torch.make_generator_cpu(seed.fork("dropout").toLong());
            Tensor flatGradient = torch.zeros(weights.length);
            LstmStates states = new LstmStates(network.layers(), lanes.count());
            for (int epoch = 0; epoch < how.epochs(); epoch++) {
                states.clear();
                double sum = 0;
                for (int step = 0; step < lanes.steps(); step++) {
                    double done = (epoch + (double) step / lanes.steps()) / how.epochs();
                    try (PointerScope one = new PointerScope()) {
                        Tensor logits = network.forward(lanes.input(step), dropout, states);
                        Tensor loss = torch.cross_entropy_loss(logits.flatten(0, 1), lanes.targets(step));
                        network.gradient(loss, flatGradient);
                        sum += loss.item_double() * lanes.predicted(step);
                    }
                    Tensors.data(flatGradient).get(gradient);
                    update.step(weights, gradient, how.schedule().factor(done));
                    Tensors.data(network.flat()).put(weights);
                    progress.at("training", (epoch + (step + 1.0) / lanes.steps()) / how.epochs());
                }
                double loss = sum / lanes.tokens();
                if (!Double.isFinite(loss)) {
                    throw new ArithmeticException("training diverged in epoch " + (epoch + 1) + " after learning rate "
                            + how.learningRate() + "; lower the learning rate");
                }
                model.forgetSteps();
                epochs.ended(epoch + 1, loss, model);
            }
        }
        for (float weight : weights) {
            if (!Float.isFinite(weight)) {
                throw new ArithmeticException("training diverged: a weight is not finite after learning rate "
                        + how.learningRate() + "; lower the learning rate");
            }
        }
    }
}
