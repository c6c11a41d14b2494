package dev.lethe.bench;

import dev.lethe.core.data.Examples;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.BestAccountant;
import dev.lethe.core.privacy.Calibration;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.random.Seed;
import dev.lethe.intake.Images;
import dev.lethe.intake.Limits;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.Feedforward;
import dev.lethe.nn.Layer;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.PrivateTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The three settings of TensorFlow Privacy's MNIST tutorial: accuracy on the test images, and epsilon by the distribution of the
 * privacy loss, which is less than the tutorial's own figures. And what others published at a given epsilon, with settings of ours:
 * tempered sigmoids (Papernot et al. 2021), here as tanh; and Abadi et al. 2016, whose private principal components before a dense
 * network we replace by the same convolutions.
 */
final class DpSgdMnist implements Reproduction {
    private static final double DELTA = 1e-5;
    private static final double POINTS = 0.7;
    private static final double RELATIVE = 1e-3;

    private static final Setting FIRST = Setting.tutorial(1.3, 1.5, 0.25, 15, 95.0, 0.8645);

    private final boolean all;

    /** @param all whether all settings, or the first, which takes the least time */
    DpSgdMnist(boolean all) {
        this.all = all;
    }

    /**
     * @param published accuracy in per cent
     * @param epsilon of the noise, by our accounting
     */
    private record Setting(
            String source,
            Layer activation,
            double noise,
            double clip,
            double learningRate,
            int batch,
            int epochs,
            double published,
            double epsilon) {
        private static final int IMAGES = 60_000;

        static Setting tutorial(
                double noise, double clip, double learningRate, int epochs, double published, double epsilon) {
            return new Setting(
                    "tutorial", new Layer.Relu(), noise, clip, learningRate, 256, epochs, published, epsilon);
        }

        /** The least noise for it. Bounded activations, small norms, large batches. */
        static Setting at(double epsilon, String source, double published, int epochs) {
            Setting some = new Setting(source, new Layer.Tanh(), 1, 0.1, 5, 1024, epochs, published, epsilon);
            double noise = new Calibration(new BestAccountant(), Neighbours.ADD_OR_REMOVE_ONE, epsilon, DELTA)
                    .noise(multiplier -> some.training(multiplier).event(IMAGES));
            return new Setting(source, some.activation, noise, 0.1, 5, 1024, epochs, published, epsilon);
        }

        DpSgd training() {
            return training(noise);
        }

        private DpSgd training(double multiplier) {
            Optimization how = new Optimization(epochs, learningRate, batch, 0, 0, new Optimizer.Sgd(0));
            return new DpSgd(new Feedforward(network(activation), how), multiplier, new Clipping.Flat(clip));
        }
    }

    private static List<Setting> settings() {
        return List.of(
                FIRST,
                Setting.tutorial(1.1, 1.0, 0.15, 60, 96.6, 2.3817),
                Setting.tutorial(0.7, 1.5, 0.25, 45, 97.0, 5.6394),
                Setting.at(2.93, "Papernot et al.", 98.1, 40),
                Setting.at(8, "Abadi et al.", 97, 25),
                Setting.at(2, "Abadi et al.", 95, 25),
                Setting.at(0.5, "Abadi et al.", 90, 15));
    }

    private record Result(double epsilon, double accuracy, double seconds) {}

    /** Two convolutions and two dense layers, as the tutorial has them, without its uneven padding. */
    static List<Layer> network() {
        return network(new Layer.Relu());
    }

    private static List<Layer> network(Layer activation) {
        return List.of(
                new Layer.Conv2d(1, 16, 8, 2, 3),
                activation,
                new Layer.MaxPool2d(2, 1),
                new Layer.Conv2d(16, 32, 4, 2, 0),
                activation,
                new Layer.MaxPool2d(2, 1),
                new Layer.Flatten(),
                new Layer.Linear(512, 32),
                activation,
                new Layer.Linear(32, 10));
    }

    @Override
    public String name() {
        return all ? "dp-sgd-mnist-all" : "dp-sgd-mnist";
    }

    @Override
    public String summary() {
        return all
                ? "private training on MNIST at all three settings of the TensorFlow Privacy tutorial, and at the epsilons of"
                        + " others' figures; half an hour"
                : "private training on MNIST at the first setting of the TensorFlow Privacy tutorial; minutes";
    }

    @Override
    public String dataHome() {
        return "MNIST's four IDX files; several mirrors of the original page have them.";
    }

    @Override
    public boolean run(Path data, Path kept) throws Exception {
        Path folder = data.resolve("mnist");
        Examples train =
                Images.read(List.of(folder.resolve("train-images-idx3-ubyte.gz")), Integer.MAX_VALUE, Limits.DEFAULT);
        Examples test =
                Images.read(List.of(folder.resolve("t10k-images-idx3-ubyte.gz")), Integer.MAX_VALUE, Limits.DEFAULT);
        List<Setting> settings = all ? settings() : List.of(FIRST);
        System.out.printf(
                Locale.ROOT,
                "%,d images, Poisson batches, plain gradient descent, secure noise (no seed repeats it). Agrees if"
                        + " accuracy is within %.1f points%nof the published one or above it, and epsilon at delta %.0e within %.0e of it.%n%n",
                train.size(),
                POINTS,
                DELTA,
                RELATIVE);
        ExecutorService workers = Executors.newFixedThreadPool(2);
        boolean agrees = true;
        try {
            List<Future<Result>> results = new ArrayList<>();
            for (Setting setting : settings) {
                results.add(workers.submit(() -> play(setting, train, test)));
            }
            System.out.printf(
                    "%-16s %-8s %-6s %-6s %-6s %-8s %18s %22s %10s%n",
                    "figure of",
                    "noise",
                    "clip",
                    "rate",
                    "batch",
                    "epochs",
                    "published e, acc.",
                    "ours e, acc.",
                    "seconds");
            for (int i = 0; i < settings.size(); i++) {
                Setting setting = settings.get(i);
                Result result = results.get(i).get();
                boolean one = 100 * result.accuracy() >= setting.published() - POINTS
                        && Math.abs(result.epsilon() - setting.epsilon()) <= RELATIVE * setting.epsilon();
                agrees &= one;
                System.out.printf(
                        Locale.ROOT,
                        "%-16s %-8.4g %-6s %-6s %-6d %-8d %9.4f %6.1f %% %13.4f %6.2f %% %10.0f  %s%n",
                        setting.source(),
                        setting.noise(),
                        setting.clip(),
                        setting.learningRate(),
                        setting.batch(),
                        setting.epochs(),
                        setting.epsilon(),
                        setting.published(),
                        result.epsilon(),
                        100 * result.accuracy(),
                        result.seconds(),
                        one ? "agrees" : "DIFFERS");
            }
        } finally {
            workers.shutdownNow();
        }
        return agrees;
    }

    private static Result play(Setting setting, Examples train, Examples test) {
        DpSgd how = setting.training();
        double epsilon = new BestAccountant()
                .price(how.event(train.size()), Neighbours.ADD_OR_REMOVE_ONE)
                .epsilon(DELTA);
        long started = System.nanoTime();
        PrivateTraining training = new PrivateTraining(how, train.size(), Seed.of(2016), new Quarters(setting), null);
        try (Predictor<Examples> model = Custodian.releaseUnrecorded(training, train)) {
            double seconds = (System.nanoTime() - started) / 1e9;
            return new Result(epsilon, model.logits(test).accuracy(test.labels()), seconds);
        }
    }

    /** Says so when another quarter is done. */
    private static final class Quarters implements Progress {
        private final Setting setting;
        private int quarter;

        Quarters(Setting setting) {
            this.setting = setting;
        }

        @Override
        public synchronized void at(String stage, double done) {
            if (done * 4 >= quarter + 1) {
                quarter = (int) (done * 4);
                System.err.printf("epsilon %s: %d quarters of the training are done%n", setting.epsilon(), quarter);
            }
        }
    }
}
