package dev.lethe.audit.evidence;

/**
 * Who scores at least a threshold, counted beside the truth.
 *
 * @param truePositives flagged among the {@code members}
 * @param falsePositives flagged among the {@code nonMembers}
 */
public record Flags(int truePositives, int members, int falsePositives, int nonMembers) implements EpsilonBound.Counts {
    public Flags {
        checkSide("true positives", truePositives, members);
        checkSide("false positives", falsePositives, nonMembers);
    }

    private static void checkSide(String name, int flagged, int of) {
        if (flagged < 0 || flagged > of) {
            throw new IllegalArgumentException(flagged + " " + name + " of " + of + " is not a count");
        }
    }

    /**
     * Counts at a threshold that was fixed without looking at this trial.
     *
     * @param threshold everybody with at least this score is flagged; may be infinite, not NaN
     */
    public static Flags of(Trial trial, double threshold) {
        if (Double.isNaN(threshold)) {
            throw new IllegalArgumentException("threshold is not a number");
        }
        int members = 0;
        int truePositives = 0;
        int falsePositives = 0;
        double[] scores = trial.scores();
        for (int i = 0; i < scores.length; i++) {
            boolean flagged = scores[i] >= threshold;
            if (trial.member()[i]) {
                members++;
                truePositives += flagged ? 1 : 0;
            } else {
                falsePositives += flagged ? 1 : 0;
            }
        }
        return new Flags(truePositives, members, falsePositives, scores.length - members);
    }
}
