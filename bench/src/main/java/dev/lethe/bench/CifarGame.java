package dev.lethe.bench;

import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Progress;
import dev.lethe.nn.Augmentation;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.ResNet;
import dev.lethe.nn.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Membership attacks on residual networks for CIFAR-10 at the scale of two cores: 18 models, each of a random half of 20,000
 * images, every image in half of them. The models are kept, so that all experiments of this game train them once.
 *
 * @param images of the 20,000 that play, half of them in each model
 * @param targets how many models are attacked in turn
 * @param recipe of all models
 */
record CifarGame(int images, int shadows, int targets, int queries, ResNet recipe) {
    static final long SEED = 2022;

    private static final List<Double> RATES = List.of(0.001, 0.01);

    /** What two cores train in 40 minutes if they have nothing else to do. */
    static final CifarGame FULL = new CifarGame(
            20_000,
            16,
            8,
            4,
            new ResNet(
                    16,
                    1,
                    new Optimization(40, 0.004, 32, 0, 0)
                            .with(new Schedule.Cosine(0.2))
                            .with(new Augmentation(true, 0))));

    /** What one attack found. */
    record Strength(double auc, double accuracy, double tprAtThousandth) {}

    /** All attacks, by their ids; and the models: accuracy on their training images and on the others. */
    record Played(Report report, double train, double test) {
        Strength of(String attack) {
            return new Strength(
                    value(attack, "auc"), value(attack, "balanced-accuracy"), value(attack, "tpr@fpr=0.001"));
        }

        private double value(String attack, String metric) {
            return report.findings().stream()
                    .filter(f -> f.attack().equals(attack) && f.metric().equals(metric))
                    .mapToDouble(Finding::value)
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }

    /** Trains the models that {@code kept} lacks and plays. */
    Played play(Path data, Path kept, List<? extends MembershipAttack> attacks) throws IOException {
        Examples all = Cifar10.read(data);
        Examples some = all.select(IntStream.range(0, images).toArray());
        MembershipAudit audit = new MembershipAudit(
                images / 2,
                shadows,
                targets,
                queries,
                List.copyOf(attacks),
                RATES,
                0.95,
                MembershipAudit.DEFAULT_DELTA,
                Runtime.getRuntime().availableProcessors());
        Report report = audit.run(
                some,
                recipe,
                List.of(),
                SEED,
                kept.resolve("cifar10"),
                MembershipAudit.Described.as("residual network on CIFAR-10", "two batches of CIFAR-10"),
                new Lines());
        return new Played(
                report, report.training().trainAccuracy(), report.training().testAccuracy());
    }

    /** What was played, for the reader of a table. */
    String describe(Played played) {
        return String.format(
                Locale.ROOT,
                "%,d training images a model, %d shadow models a record, %d queries, mean over %d targets, seed %d%n"
                        + "%s%naccuracy of the first model: %.3f on its training images, %.3f on the others",
                images / 2,
                shadows,
                queries,
                targets,
                SEED,
                recipe.describe(),
                played.train(),
                played.test());
    }

    /** A line for every twentieth of a stage: training takes the better part of an hour. */
    private static final class Lines implements Progress {
        private String stage = "";
        private int twentieth;

        @Override
        public synchronized void at(String now, double done) {
            int reached = (int) (20 * done);
            if (!now.equals(stage) || reached > twentieth) {
                stage = now;
                twentieth = reached;
                System.err.printf(Locale.ROOT, "%s: %d %%%n", now, 5 * reached);
            }
        }
    }
}
