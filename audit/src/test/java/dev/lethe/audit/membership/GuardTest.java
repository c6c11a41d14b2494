package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.audit.evidence.Roc;
import dev.lethe.audit.membership.attacks.GradientNorm;
import dev.lethe.audit.membership.attacks.LossThreshold;
import dev.lethe.audit.report.Report;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes whose models answer otherwise than in logits: recognized, named, and attacked all the same where that works. */
class GuardTest {
    @TempDir
    private Path folder;

    /** The memorizer behind an interface that does something to its answers. */
    private record Behind(String name, UnaryOperator<Logits> face) implements Trainer<Examples> {
        @Override
        public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
            Predictor<Examples> inner = Games.memorizer().train(data, rows, seed, progress);
            return new Predictor<>() {
                @Override
                public Logits logits(Examples some) {
                    return face.apply(inner.logits(some));
                }

                @Override
                public void close() {
                    inner.close();
                }
            };
        }

        @Override
        public String describe() {
            return name;
        }
    }

    private ShadowStore<Examples> store(String name, UnaryOperator<Logits> face) {
        ShadowStore<Examples> store = ShadowStore.open(
                folder.resolve(name), Pool.of(Games.noise(300, Seed.of(1))), new Behind(name, face), 2, 1, 7);
        store.complete(2, Progress.QUIET);
        return store;
    }

    private static Logits softmax(Logits logits) {
        float[] values = new float[logits.values().length];
        double[] p = new double[logits.classes()];
        for (int row = 0; row < logits.size(); row++) {
            logits.probabilities(row, p);
            for (int k = 0; k < p.length; k++) {
                values[row * p.length + k] = (float) p[k];
            }
        }
        return new Logits(values, logits.classes());
    }

    private static double area(ShadowStore<Examples> store) {
        return new Roc(new Referee(store, Seed.of(2), new double[0]).guess(new LossThreshold(), 0)).auc();
    }

    @Test
    void probabilitiesAreAttackedAsTheLogitsThatTheyCameFrom() {
        ShadowStore<Examples> logits = store("logits", UnaryOperator.identity());
        ShadowStore<Examples> probabilities = store("softmax", GuardTest::softmax);
        assertThat(area(probabilities)).isCloseTo(area(logits), org.assertj.core.data.Offset.offset(0.002));
        assertThat(kinds(probabilities)).contains("probabilities");
        assertThat(kinds(logits)).doesNotContain("probabilities");
    }

    @Test
    void constantAnswersVoidAnAudit() {
        ShadowStore<Examples> constant = store("constant", logits -> {
            float[] values = new float[logits.values().length];
            Arrays.fill(values, 0.25f);
            return new Logits(values, logits.classes());
        });
        Report.Guard guard = Guard.of(constant.inspection().conditions(), List.of());
        assertThat(guard.outputs())
                .anyMatch(note -> note.kind().equals("constant") && note.severity() == Report.Severity.VOIDS);
    }

    @Test
    void roundedAnswersAreNamed() {
        ShadowStore<Examples> rounded = store("rounded", logits -> {
            Logits p = softmax(logits);
            for (int i = 0; i < p.values().length; i++) {
                p.values()[i] = (float) (Math.rint(p.values()[i] * 100) / 100);
            }
            return p;
        });
        assertThat(kinds(rounded)).contains("rounded");
    }

    /** An attack that looks inside does not end the audit of a model that cannot be looked into. */
    @Test
    void whatDoesNotApplyIsRefusedInWordsAndTheRestGoesOn() {
        Behind blackBox = new Behind("black box", UnaryOperator.identity());
        MembershipAudit audit = new MembershipAudit(
                100, 8, 2, 1, List.of(new LossThreshold(), GradientNorm.DEFAULT), List.of(0.1), 0.95, 1e-5, 2);
        Report report = audit.run(
                Games.noise(200, Seed.of(1)),
                blackBox,
                List.of(),
                7,
                folder.resolve("mixed"),
                MembershipAudit.Described.as("black box", "noise"),
                Progress.QUIET);
        assertThat(report.attacks()).hasSize(1);
        assertThat(report.refused()).anyMatch(sentence -> sentence.startsWith("gradient-norm: "));
        assertThatThrownBy(() -> new MembershipAudit(
                                100, 8, 2, 1, List.of(GradientNorm.DEFAULT), List.of(0.1), 0.95, 1e-5, 2)
                        .run(
                                Games.noise(200, Seed.of(1)),
                                blackBox,
                                List.of(),
                                7,
                                folder.resolve("mixed"),
                                MembershipAudit.Described.as("black box", "noise"),
                                Progress.QUIET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gradient-norm");
    }

    private static List<String> kinds(ShadowStore<?> store) {
        return Guard.of(store.inspection().conditions(), List.of()).outputs().stream()
                .map(Report.OutputNote::kind)
                .toList();
    }
}
