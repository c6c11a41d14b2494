package dev.lethe.nn;

import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.util.List;

/** Trains a feed-forward classifier by {@link Optimization}. Recipes are implementations that choose the layers. */
interface NetworkTrainer extends Trainer<Examples> {
    /** The layers for examples of this shape, ending in one logit a class. */
    List<Layer> layers(int[] shape, int classes);

    Optimization optimization();

    @Override
    default Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("there must be at least one row to train on");
        }
        int classes = data.classes().size();
        Network network = new Network(layers(data.shape(), classes), data.shape());
        try {
            network.load(new Fit(network, data, optimization(), seed).run(rows, progress));
            return new NetworkPredictor(network);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }
}
