package dev.lethe.audit.outputs;

import dev.lethe.core.model.Logits;
import java.util.Arrays;

/**
 * The scale on which a model answers, and the way from there to logits.
 *
 * @param name the scale
 * @param figure the figure of the condition that reports it; 0 for logits
 */
record AnswerForm(Name name, double figure) {
    enum Name {
        LOGITS,
        LOG_PROBABILITIES,
        PROBABILITIES,
        /** One sigmoid a class. */
        INDEPENDENT,
        /** One column, probability of class 1. */
        PROBABILITY_OF_ONE,
        /** One column, logit of class 1. */
        LOGIT_OF_ONE,
        /** One column, number of the answered class. */
        CLASS_NUMBER
    }

    /** Sums of rows of bfloat16 miss 1 by less than 2^-8. */
    static final double TOLERANCE = 0.005;

    /** What a float that underflowed to 0 stands for. */
    static final double SMALLEST = 1e-45;

    /** The sum that all rows have if values are not negative but above 1: 100 for per cent, the votes; else 1. */
    static double commonSum(RawAnswers raw) {
        if (raw.columns == 1 || raw.low < 0 || raw.high <= 1 + 1e-4f) {
            return 1;
        }
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int row = 0; row < raw.rows; row++) {
            double sum = 0;
            for (int column = 0; column < raw.columns; column++) {
                sum += raw.at(row, column);
            }
            least = Math.min(least, sum);
            most = Math.max(most, sum);
        }
        // Rounding to whole per cent moves a row's sum by a few.
        double middle = Math.abs((least + most) / 2 - 100) <= 5 ? 100 : (least + most) / 2;
        // A few rows of positive logits may have like sums by chance.
        boolean many = raw.distinct >= 20 || middle == 100;
        boolean common = most - least <= 2 * TOLERANCE * middle || (middle == 100 && least >= 90 && most <= 110);
        return many && common ? middle : 1;
    }

    static AnswerForm of(RawAnswers raw, int classes, Granularity granularity, Bounds bounds, Truncation truncation) {
        boolean fractions = raw.low >= -1e-6f && raw.high <= 1 + 1e-4f;
        if (raw.columns == 1) {
            return singleColumn(raw, classes, fractions);
        }
        double leastSum = Double.POSITIVE_INFINITY;
        double mostSum = Double.NEGATIVE_INFINITY;
        double leastLog = Double.POSITIVE_INFINITY;
        double mostLog = Double.NEGATIVE_INFINITY;
        boolean logarithms = raw.high <= 1e-3f;
        for (int row = 0; row < raw.rows; row++) {
            double sum = 0;
            double exponentials = 0;
            for (int column = 0; column < raw.columns; column++) {
                float value = raw.at(row, column);
                sum += value;
                exponentials += logarithms ? Math.exp(value) : 0;
            }
            leastSum = Math.min(leastSum, sum);
            mostSum = Math.max(mostSum, sum);
            leastLog = Math.min(leastLog, Math.log(exponentials));
            mostLog = Math.max(mostLog, Math.log(exponentials));
        }
        double slack = raw.columns * granularity.step() / 2;
        double offOne = Math.max(Math.abs(leastSum - 1), Math.abs(mostSum - 1));
        double offZero = Math.max(Math.abs(leastLog), Math.abs(mostLog));
        double raised = bounds.clipped() ? raw.columns * (double) raw.low : 0;
        if (fractions
                && (truncation.kept() > 0
                        || leastSum >= 1 - TOLERANCE - slack - (bounds.upper() > 0 ? 1 - raw.high : 0))
                && mostSum <= 1 + TOLERANCE + slack + Math.max(0, raised)) {
            return new AnswerForm(Name.PROBABILITIES, offOne);
        }
        if (fractions) {
            return new AnswerForm(Name.INDEPENDENT, offOne);
        }
        double lifted = bounds.clipped() ? Math.log1p(raw.columns * Math.exp(raw.low)) : 0;
        if (logarithms && offZero <= 0.03 + granularity.step() / 2 + lifted) {
            return new AnswerForm(Name.LOG_PROBABILITIES, offZero);
        }
        return new AnswerForm(Name.LOGITS, 0);
    }

    private static AnswerForm singleColumn(RawAnswers raw, int classes, boolean fractions) {
        boolean numbers = raw.low >= 0 && raw.high < classes;
        for (int row = 0; row < raw.rows && numbers; row++) {
            numbers = raw.values[row] == Math.rint(raw.values[row]);
        }
        if (numbers) {
            return new AnswerForm(Name.CLASS_NUMBER, 0);
        }
        if (classes != 2) {
            throw new IllegalArgumentException("one column for " + classes + " classes must hold class numbers in 0.."
                    + (classes - 1) + "; hand over one column a class");
        }
        return fractions ? new AnswerForm(Name.PROBABILITY_OF_ONE, 1) : new AnswerForm(Name.LOGIT_OF_ONE, 0);
    }

    /** What a 0 stands for: the most it can have been. */
    static double floor(Granularity granularity) {
        return granularity.step() > 0
                ? granularity.step() / 2
                // The smallest float16 above 0 is 2^-24.
                : granularity.bits() == 11 ? 0x1p-25 : SMALLEST;
    }

    boolean probabilities() {
        return name == Name.PROBABILITIES || name == Name.INDEPENDENT || name == Name.PROBABILITY_OF_ONE;
    }

    /** The answers as logits whose softmax is the model's answer; a 0 becomes the most it can have been. */
    Logits logits(RawAnswers raw, int classes, Granularity granularity, Truncation truncation) {
        double floor = floor(granularity);
        // What stands for 1 is above 1 less half a step.
        double upperFloor = Math.max(floor, 0x1p-25);
        return switch (name) {
            case LOGITS, LOG_PROBABILITIES -> new Logits(raw.values, classes);
            case PROBABILITIES -> new Logits(logarithms(raw, floor, truncation.kept() > 0), classes);
            case INDEPENDENT -> {
                float[] into = new float[raw.values.length];
                for (int i = 0; i < into.length; i++) {
                    double p = raw.values[i];
                    into[i] = (float) (Math.log(Math.max(p, floor)) - Math.log(Math.max(1 - p, upperFloor)));
                }
                yield new Logits(into, classes);
            }
            case PROBABILITY_OF_ONE, LOGIT_OF_ONE -> {
                float[] into = new float[2 * raw.rows];
                for (int row = 0; row < raw.rows; row++) {
                    double value = raw.values[row];
                    if (name == Name.LOGIT_OF_ONE) {
                        into[2 * row + 1] = (float) value;
                    } else {
                        into[2 * row] = (float) Math.log(Math.max(1 - value, upperFloor));
                        into[2 * row + 1] = (float) Math.log(Math.max(value, floor));
                    }
                }
                yield new Logits(into, 2);
            }
            case CLASS_NUMBER -> {
                float[] into = new float[classes * raw.rows];
                Arrays.fill(into, (float) Math.log(SMALLEST));
                for (int row = 0; row < raw.rows; row++) {
                    into[row * classes + (int) raw.values[row]] = 0;
                }
                yield new Logits(into, classes);
            }
        };
    }

    /** Logarithms of rows of probabilities. */
    private static float[] logarithms(RawAnswers raw, double floor, boolean cut) {
        float[] into = new float[raw.values.length];
        for (int row = 0; row < raw.rows; row++) {
            logarithms(raw.values, row * raw.columns, raw.columns, floor, cut, into, row * raw.columns);
        }
        return into;
    }

    /**
     * Logarithms of one row of probabilities. What was cut from a row is shared among its zeros, each at most its smallest
     * entry.
     */
    static void logarithms(float[] from, int at, int columns, double floor, boolean cut, float[] into, int to) {
        double sum = 0;
        double smallest = Double.POSITIVE_INFINITY;
        int zeros = 0;
        for (int column = 0; column < columns; column++) {
            double p = from[at + column];
            sum += p;
            if (p > 0) {
                smallest = Math.min(smallest, p);
            } else {
                zeros++;
            }
        }
        double lacking = cut && zeros > 0 ? Math.min((1 - sum) / zeros, smallest) : 0;
        // Less than this is the rounding of the sum.
        double blank = Math.max(lacking * zeros > 1e-5 ? lacking : 0, floor);
        for (int column = 0; column < columns; column++) {
            double p = from[at + column];
            into[to + column] = (float) Math.log(p > 0 ? p : blank);
        }
    }
}
