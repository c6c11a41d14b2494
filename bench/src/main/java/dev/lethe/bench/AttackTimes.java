package dev.lethe.bench;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Scores;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Differentiable;
import dev.lethe.core.model.GradientNorms;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.model.Trainer;
import dev.lethe.core.random.Seed;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How much processor time each attack takes, and how much of it is spent inside the models that it asks: a model's answers
 * and gradients cost what the model costs, whoever attacks it. What several attacks share is paid for by the first that needs
 * it. Safe for several threads.
 */
final class AttackTimes {
    private final Map<String, long[]> nanos = new LinkedHashMap<>();
    private final ThreadLocal<String> current = ThreadLocal.withInitial(() -> "");

    /** The attacks, each with a clock; rehearsals count towards it. */
    List<MembershipAttack> timed(List<MembershipAttack> attacks) {
        List<MembershipAttack> timed = new ArrayList<>();
        for (MembershipAttack attack : attacks) {
            nanos.put(attack.card().id(), new long[2]);
            timed.add(new Timed(attack, this));
        }
        return timed;
    }

    /** A recipe whose models, once they are restored, clock the time of their answers. */
    Trainer<Examples> timed(Trainer<Examples> recipe) {
        return new TimedRecipe(recipe, this);
    }

    private <R> R measure(int place, Supplier<R> work) {
        long began = processorNanos();
        R result = work.get();
        long took = processorNanos() - began;
        synchronized (nanos) {
            long[] of = nanos.get(current.get());
            if (of != null) {
                of[place] += took;
            }
        }
        return result;
    }

    /** Of this thread: what other programs take meanwhile does not count. */
    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Processor seconds of all threads so far: of each attack all that it took, then what of it was spent inside models. */
    Map<String, double[]> seconds() {
        synchronized (nanos) {
            Map<String, double[]> seconds = new LinkedHashMap<>();
            nanos.forEach((id, of) -> seconds.put(id, new double[] {of[0] / 1e9, of[1] / 1e9}));
            return seconds;
        }
    }

    /** A line for each attack and one for all. */
    static String table(Map<String, double[]> seconds) {
        StringBuilder table = new StringBuilder(
                String.format(Locale.ROOT, "%-24s%10s%14s%n", "processor seconds", "in all", "inside models"));
        double[] sum = new double[2];
        seconds.forEach((id, of) -> {
            table.append(String.format(Locale.ROOT, "%-24s%10.2f%14.2f%n", id, of[0], of[1]));
            sum[0] += of[0];
            sum[1] += of[1];
        });
        return table.append(String.format(Locale.ROOT, "%-24s%10.2f%14.2f%n", "all threads together", sum[0], sum[1]))
                .toString();
    }

    private record Timed(MembershipAttack attack, AttackTimes times) implements MembershipAttack {
        @Override
        public Card card() {
            return attack.card();
        }

        @Override
        public Scores attack(MembershipView view) {
            times.current.set(card().id());
            return times.measure(0, () -> attack.attack(view));
        }

        @Override
        public MembershipAttack prepared(MembershipView view) {
            times.current.set(card().id());
            return new Timed(times.measure(0, () -> attack.prepared(view)), times);
        }
    }

    private record TimedRecipe(Trainer<Examples> recipe, AttackTimes times) implements Trainer<Examples> {
        @Override
        public Predictor<Examples> train(Examples data, int[] rows, Seed seed, Progress progress) {
            return recipe.train(data, rows, seed, progress);
        }

        @Override
        public Optional<Predictor<Examples>> restore(Examples data, int[] rows, float[] parameters) {
            return recipe.restore(data, rows, parameters)
                    .map(model -> new TimedModel((Differentiable<Examples>) model, times));
        }

        @Override
        public String describe() {
            return recipe.describe();
        }
    }

    private record TimedModel(Differentiable<Examples> model, AttackTimes times) implements Differentiable<Examples> {
        @Override
        public Logits logits(Examples data) {
            return times.measure(1, () -> model.logits(data));
        }

        @Override
        public GradientNorms gradientNorms(Examples data) {
            return times.measure(1, () -> model.gradientNorms(data));
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
