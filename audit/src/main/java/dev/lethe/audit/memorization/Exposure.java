package dev.lethe.audit.memorization;

import dev.lethe.core.stats.Interval;

/**
 * How far a model prefers a canary to the other fillings of its format, in bits: log2 of the number of fillings less log2 of the
 * canary's rank among them (Carlini et al. 2019, definition 4). A canary that was never in the text has {@link #NULL_MEAN} bits on average.
 *
 * @param method how it was found
 * @param bits the estimate; of a sample in which nothing was as likely as the canary, what it could show at most
 * @param interval holds the exposure with the confidence that its method states; of a rank that was counted, both ends are equal
 * @param atLeast whether {@code bits} is the ceiling of what the method can show, so that the exposure may be larger
 */
public record Exposure(Method method, double bits, Interval interval, boolean atLeast) {
    /**
     * What exposures of canaries that were never in the text are on average: their ranks are uniform, so that exposures follow an
     * exponential law of mean log2 e.
     */
    public static final double NULL_MEAN = 1 / Math.log(2);

    /** How an exposure is found. */
    public enum Method {
        /** By counting all fillings that are as likely as the canary. */
        EXACT("exact"),
        /** By counting those among random ones. */
        SAMPLED("sampled"),
        /** By a skew-normal law fitted to the log-perplexities of random ones. */
        MODELLED("modelled");

        private final String text;

        Method(String text) {
            this.text = text;
        }

        /** As reports have it. */
        public String text() {
            return text;
        }
    }

    public Exposure {
        if (Double.isNaN(bits)) {
            throw new IllegalArgumentException("an exposure is a number");
        }
    }

    /** The probability that a canary which was never in the text has so large an exposure or a larger one. */
    public static double nullProbability(double bits) {
        return Math.min(1, Math.pow(2, -bits));
    }
}
