package dev.lethe.audit.memorization;

import dev.lethe.core.model.SequenceModel;
import dev.lethe.core.random.Seed;
import dev.lethe.core.stats.ClopperPearson;
import dev.lethe.core.stats.Interval;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Log-perplexities of random fillings that were in no text, and what they say of canaries: by counting among them, and by a law fitted
 * to them.
 */
public final class References {
    /** Fewer are too few for the far tail of a fitted law. */
    public static final int STABLE = 1000;

    private static final double CONFIDENCE = 0.95;

    /** The smallest and the largest of so many resampled estimates have between them 96 % of what such estimates are. */
    private static final int RESAMPLED = 49;

    private final CanaryFormat format;
    private final double[] sorted;
    private final SkewNormal law;
    private final SkewNormal[] resampled;

    private References(CanaryFormat format, double[] bits, Seed seed) {
        this.format = format;
        sorted = bits.clone();
        Arrays.sort(sorted);
        law = SkewNormal.fit(sorted);
        resampled = new SkewNormal[RESAMPLED];
        UniformRandomProvider random = seed.fork("resampled references").stream();
        double[] some = new double[sorted.length];
        for (int i = 0; i < RESAMPLED; i++) {
            for (int k = 0; k < some.length; k++) {
                some[k] = sorted[random.nextInt(sorted.length)];
            }
            resampled[i] = SkewNormal.fit(some);
        }
    }

    /**
     * Draws fillings and reads them.
     *
     * @param count at least 10
     * @param but canaries, none of which is drawn
     */
    public static References draw(SequenceModel model, CanaryFormat format, int count, List<int[]> but, Seed seed) {
        List<int[]> drawn = format.draw(count, but, seed.fork("references").stream());
        SecretTree tree = new SecretTree(format, model.vocabulary());
        return new References(format, Reading.bits(model, tree, drawn), seed);
    }

    /** Of log-perplexities that are known already. */
    public static References of(CanaryFormat format, double[] bits, Seed seed) {
        return new References(format, bits, seed);
    }

    /** Log-perplexities from the first hole on in bits, ascending. */
    public double[] bits() {
        return sorted.clone();
    }

    /** The law that was fitted. */
    public SkewNormal law() {
        return law;
    }

    /** How far the law is from the references: Kolmogorov and Smirnov's statistic. */
    public double distance() {
        return law.distance(sorted);
    }

    /** Whether there are enough of them for {@link #modelled}. */
    public boolean stable() {
        return sorted.length >= STABLE;
    }

    /**
     * The probability that a canary which was in no text comes before as many references as this one, or more: all orders of canary and
     * references are then equally likely.
     */
    double chance(double bits) {
        return (1.0 + before(bits)) / (1.0 + sorted.length);
    }

    private int before(double bits) {
        int before = 0;
        while (before < sorted.length && sorted[before] <= bits) {
            before++;
        }
        return before;
    }

    /**
     * By counting, at confidence 95 % (Clopper and Pearson). What is as likely as the canary counts before it.
     *
     * @param bits of the canary
     */
    public Exposure sampled(double bits) {
        int before = before(bits);
        double tail = (1 - CONFIDENCE) / 2;
        double most = format.bits();
        double low = -Math.log(ClopperPearson.upper(before, sorted.length, tail)) * Reading.BITS;
        double share = ClopperPearson.lower(before, sorted.length, tail);
        double high = share == 0 ? most : Math.min(most, -Math.log(share) * Reading.BITS);
        double estimate = (Math.log(sorted.length) - Math.log(1 + before)) * Reading.BITS;
        return new Exposure(
                Exposure.Method.SAMPLED,
                Math.max(0, estimate),
                new Interval(Math.max(0, Math.min(low, high)), Math.max(0, high)),
                before == 0);
    }

    /**
     * By the fitted law; the interval is what resampled references give, at confidence 96 %, and does not know whether the law holds so
     * far out.
     *
     * @param bits of the canary
     */
    public Exposure modelled(double bits) {
        double estimate = below(law, bits);
        double low = estimate;
        double high = estimate;
        for (SkewNormal one : resampled) {
            double other = below(one, bits);
            low = Math.min(low, other);
            high = Math.max(high, other);
        }
        return new Exposure(Exposure.Method.MODELLED, estimate, new Interval(low, high), false);
    }

    private static double below(SkewNormal law, double bits) {
        return -law.logBelow(bits) * Reading.BITS;
    }
}
