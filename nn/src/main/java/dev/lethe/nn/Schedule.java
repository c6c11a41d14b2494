package dev.lethe.nn;

/** How the learning rate changes in the course of a training. */
public sealed interface Schedule {
    /** In words: equal settings, equal words. */
    String describe();

    /**
     * What the learning rate is multiplied by.
     *
     * @param done share of all steps that are behind, in [0, 1)
     */
    double factor(double done);

    /** Stays as it is. */
    record Constant() implements Schedule {
        @Override
        public String describe() {
            return "constant";
        }

        @Override
        public double factor(double done) {
            return 1;
        }
    }

    /**
     * Rises in a straight line, then falls to zero along half a cosine (Loshchilov and Hutter, "SGDR", 2017, without
     * restarts).
     *
     * @param rise share of the steps until the peak, in [0, 1); 0 to begin there
     */
    record Cosine(double rise) implements Schedule {
        public Cosine {
            if (!(rise >= 0 && rise < 1)) {
                throw new IllegalArgumentException("rise " + rise + " must lie in [0, 1)");
            }
        }

        @Override
        public String describe() {
            return "cosine after a rise over " + rise;
        }

        @Override
        public double factor(double done) {
            // StrictMath: the same bits on every machine.
            return done < rise ? done / rise : (1 + StrictMath.cos(Math.PI * (done - rise) / (1 - rise))) / 2;
        }
    }
}
