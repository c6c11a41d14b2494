package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Trains a feed-forward classifier by {@link Optimization}. Recipes are implementations that choose the layers. */
public interface NetworkTrainer extends Trainer<Examples> {
    /** The layers for examples of this shape, ending in one logit a class. */
    List<Layer> layers(int[] shape, int classes);

    /** How it is fitted. */
    Optimization optimization();

    /** The same, fitted another way. */
    NetworkTrainer with(Optimization other);

    /** The same with dropout after hidden layers, where this recipe has a place for it. */
    default Optional<NetworkTrainer> withDropout(double rate) {
        return Optional.empty();
    }

    /**
     * Trains on probabilities of classes in the place of labels.
     *
     * @param rows distinct row numbers, at least one
     * @param targets row-major, a row of the data and a probability a class; only those of {@code rows} are looked at
     */
    default Predictor<Examples> distil(Examples data, int[] rows, float[] targets, Seed seed, Progress progress) {
        if (rows.length == 0 || targets.length != data.size() * data.classes().size()) {
            throw new IllegalArgumentException("there must be at least one row to train on, and " + data.size() + " x "
                    + data.classes().size() + " targets instead of " + targets.length);
        }
        return predictor(data, network -> new Fit(network, data, optimization(), seed, targets).run(rows, progress));
    }

    @Override
    default Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("there must be at least one row to train on");
        }
        return predictor(data, network -> new Fit(network, data, optimization(), seed).run(rows, progress));
    }

    @Override
    default Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
        return Optional.of(predictor(data, network -> {
            if (parameters.length != network.parameterCount()) {
                throw new IllegalArgumentException("parameters are " + parameters.length + ", but a network of this"
                        + " recipe on such data has " + network.parameterCount());
            }
            for (int i = 0; i < parameters.length; i++) {
                if (!Float.isFinite(parameters[i])) {
                    throw new IllegalArgumentException("parameter " + i + " is " + parameters[i] + ", not finite");
                }
            }
            return parameters;
        }));
    }

    /** A network for data of this shape, with the parameters that {@code source} gives for it. */
    private Predictor<Examples> predictor(Examples data, Function<Network, float[]> source) {
        Network network = new Network(layers(data.shape(), data.classes().size()), data.shape());
        try {
            network.load(source.apply(network));
            return new NetworkPredictor(network);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }
}
