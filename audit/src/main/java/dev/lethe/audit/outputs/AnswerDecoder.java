package dev.lethe.audit.outputs;

import dev.lethe.audit.outputs.OutputCondition.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From the rows of a file of answers to logits: what the rows are is recognised on the first ones, or told, and all others are
 * held to it. So a file of any length is read once, row by row, and a softmax is never assumed: where values could be two
 * things that give different findings, recognition refuses and asks.
 */
public final class AnswerDecoder {
    /** Where so many rows are probabilities, the others are faults. */
    private static final double MOST = 0.9;

    private final AnswerKind kind;
    private final String sentence;
    private final List<OutputCondition> conditions;
    private final int columns;
    private final int classes;
    private final double scale;
    private final double floor;
    private final boolean cut;
    private final double leastSum;
    private final double mostSum;

    private AnswerDecoder(
            AnswerKind kind,
            String sentence,
            List<OutputCondition> conditions,
            int columns,
            int classes,
            double scale,
            double floor,
            boolean cut,
            double slack) {
        this.kind = kind;
        this.sentence = sentence;
        this.conditions = List.copyOf(conditions);
        this.columns = columns;
        this.classes = classes;
        this.scale = scale;
        this.floor = floor;
        this.cut = cut;
        leastSum = cut ? 0 : 1 - AnswerForm.TOLERANCE - slack;
        mostSum = 1 + AnswerForm.TOLERANCE + slack;
    }

    /**
     * Recognises the first rows of two files.
     *
     * @param sample row-major, all finite; in a single column of labels the numbers of the answered classes
     * @param columns one a class, or 1
     * @param labels the class of each row, from 0
     * @param classes at least 2; or 1 where no classes are known, which losses do without
     * @param member which rows are of the members' file; both there
     * @param told what the caller says they are; empty to find out
     * @throws IllegalArgumentException if they could be two things and {@code told} is empty, or they are not what it says
     * @throws BadAnswersException if most rows are probabilities and some are not
     */
    public static AnswerDecoder of(
            float[] sample, int columns, int[] labels, int classes, boolean[] member, Optional<AnswerKind> told) {
        if (columns != 1 && columns != classes) {
            throw new IllegalArgumentException(columns + " columns of answers for " + classes
                    + " classes; there must be one a class, in the order of the classes, or one in all");
        }
        @Nullable AnswerKind kind = told.isPresent() ? told.get() : null;
        if (columns == 1) {
            kind = single(sample, classes, kind);
            if (kind == AnswerKind.LOSSES) {
                return losses(sample, told.isPresent());
            }
        }
        RawAnswers all = new RawAnswers(sample, columns);
        double scale = AnswerForm.commonSum(all);
        RawAnswers raw = scale == 1 ? all : all.dividedBy(scale);
        Granularity granularity = Granularity.of(raw);
        Bounds bounds = Bounds.of(raw, granularity);
        Truncation truncation = Truncation.of(raw);
        AnswerForm form = AnswerForm.of(raw, Math.max(2, classes), granularity, bounds, truncation);
        String why;
        if (columns == 1) {
            why = kind == AnswerKind.LABELS ? "one class number a record" : "one column for two classes, as told";
        } else if (kind == null) {
            refuseFaults(raw);
            kind = recognised(form, truncation);
            why = reason(form, truncation, scale);
        } else {
            require(kind, raw, form, truncation);
            why = "as told";
        }
        Set<Kind> contradicting = kind == AnswerKind.LOGITS
                ? Set.of(
                        Kind.INDEPENDENT_PROBABILITIES, Kind.PROBABILITIES, Kind.MEMBERS_REPEATED, Kind.MEMBERS_SWAPPED)
                : Set.of(Kind.MEMBERS_REPEATED, Kind.MEMBERS_SWAPPED);
        List<OutputCondition> conditions =
                OutputInspection.of(sample, columns, labels, classes, member).conditions().stream()
                        .filter(condition -> !contradicting.contains(condition.kind()))
                        .toList();
        double slack = columns * granularity.step() / 2 + (bounds.upper() > 0 ? 1 - raw.high : 0);
        return new AnswerDecoder(
                kind,
                "The answers are " + kind.words() + ": " + why + ".",
                conditions,
                columns,
                classes,
                scale,
                AnswerForm.floor(granularity),
                truncation.kept() > 0,
                slack + (bounds.clipped() ? Math.max(0, columns * (double) raw.low) : 0));
    }

    private static AnswerDecoder losses(float[] sample, boolean told) {
        for (float value : sample) {
            if (value < 0) {
                throw new IllegalArgumentException(
                        "--form losses, but some are negative: a cross-entropy is not; if these are"
                                + " log-likelihoods, negate them");
            }
        }
        return new AnswerDecoder(
                AnswerKind.LOSSES,
                "The answers are losses: " + (told ? "as told" : "one number a record, from 0 to above 1")
                        + ". They are taken for cross-entropies in nats.",
                List.of(),
                1,
                1,
                1,
                0,
                false,
                0);
    }

    private static AnswerKind single(float[] sample, int classes, @Nullable AnswerKind told) {
        boolean whole = true;
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : sample) {
            whole &= value == Math.rint(value);
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        if (told != null) {
            if ((told == AnswerKind.PROBABILITIES || told == AnswerKind.LOGITS) && classes != 2) {
                throw new IllegalArgumentException(
                        "--form " + told.words() + " with one column is the answer for class 1 of"
                                + " two, and there are " + classes + " classes; hand over one column a class");
            }
            if (told == AnswerKind.SIGMOIDS) {
                throw new IllegalArgumentException("--form sigmoids needs one column a class, and there is one column");
            }
            if (told == AnswerKind.PROBABILITIES && (low < 0 || high > 1)) {
                throw new IllegalArgumentException("--form probabilities, but the column goes beyond 0..1");
            }
            if (told == AnswerKind.LABELS && !(whole && low >= 0 && high < classes)) {
                throw new IllegalArgumentException(
                        "--form labels, but the column holds more than class numbers in 0.." + (classes - 1));
            }
            return told;
        }
        if (whole && low >= 0 && high < classes && classes > 1) {
            return AnswerKind.LABELS;
        }
        if (low < 0) {
            throw new IllegalArgumentException("one column with negative values could be logits of class 1 of two, or"
                    + " log-likelihoods; say --form logits, or negate log-likelihoods and say --form losses");
        }
        if (high <= 1) {
            throw new IllegalArgumentException(
                    "one column of values in 0..1 could be probabilities of class 1 of two, or"
                            + " losses; say --form probabilities or --form losses");
        }
        return AnswerKind.LOSSES;
    }

    /** Rows that are no probabilities where nearly all are: else they would turn the file into one of logits. */
    private static void refuseFaults(RawAnswers raw) {
        int wrong = 0;
        int first = -1;
        for (int row = 0; row < raw.rows; row++) {
            double sum = 0;
            boolean fractions = true;
            for (int column = 0; column < raw.columns; column++) {
                float value = raw.at(row, column);
                sum += value;
                fractions &= value >= -1e-6f && value <= 1 + 1e-4f;
            }
            if (!fractions || Math.abs(sum - 1) > 0.02) {
                first = first < 0 ? row : first;
                wrong++;
            }
        }
        if (wrong > 0 && wrong < (1 - MOST) * raw.rows) {
            throw new BadAnswersException(
                    "the probabilities do not sum to one, or leave 0..1; those of " + (raw.rows - wrong)
                            + " of the first " + raw.rows + " rows are sound; correct the row or leave it out",
                    first);
        }
    }

    private static AnswerKind recognised(AnswerForm form, Truncation truncation) {
        if (truncation.labelOnly()) {
            return AnswerKind.LABELS;
        }
        if (form.name() == AnswerForm.Name.INDEPENDENT) {
            throw new IllegalArgumentException(
                    "all values lie in 0..1, but rows do not sum to one: the answers could be one"
                            + " sigmoid a class, or logits that happen to lie there; say --form sigmoids or --form logits");
        }
        return form.name() == AnswerForm.Name.PROBABILITIES ? AnswerKind.PROBABILITIES : AnswerKind.LOGITS;
    }

    private static String reason(AnswerForm form, Truncation truncation, double scale) {
        if (truncation.labelOnly()) {
            return "one class a row stands out, and nothing else differs";
        }
        return switch (form.name()) {
            case PROBABILITIES ->
                "rows lie in 0..1 and sum to " + (scale == 1 ? "one" : "one number, by which they are divided");
            case LOG_PROBABILITIES -> "logarithms of probabilities, which serve as logits";
            default -> "rows go beyond 0..1";
        };
    }

    private static void require(AnswerKind kind, RawAnswers raw, AnswerForm form, Truncation truncation) {
        boolean probabilities = form.name() == AnswerForm.Name.PROBABILITIES;
        boolean fractions = raw.low >= -1e-6f && raw.high <= 1 + 1e-4f;
        switch (kind) {
            case PROBABILITIES -> {
                if (!probabilities) {
                    refuseFaults(raw);
                    throw new IllegalArgumentException("--form probabilities, but rows "
                            + (fractions ? "do not sum to one" : "go beyond 0..1")
                            + "; hand over all classes, or say what the answers are");
                }
            }
            case SIGMOIDS -> {
                if (!fractions) {
                    throw new IllegalArgumentException("--form sigmoids, but values go beyond 0..1; say --form logits");
                }
            }
            case LOGITS -> {
                if (probabilities && !truncation.labelOnly()) {
                    throw new IllegalArgumentException(
                            "--form logits, but all rows lie in 0..1 and sum to one: a second"
                                    + " softmax would hide what the model gives away; say --form probabilities");
                }
            }
            case LOSSES ->
                throw new IllegalArgumentException("--form losses needs one column, and there are " + raw.columns
                        + "; leave the others out with --drop");
            case LABELS -> {
                if (!truncation.labelOnly()) {
                    throw new IllegalArgumentException(
                            "--form labels, but rows hold more than one answered class; hand over"
                                    + " the labels alone, or say what the answers are");
                }
            }
        }
    }

    public AnswerKind kind() {
        return kind;
    }

    /** What the answers are, and why that was concluded. */
    public String sentence() {
        return sentence;
    }

    /** What else was recognised in the first rows; nothing of who is a member, which takes all rows. */
    public List<OutputCondition> conditions() {
        return conditions;
    }

    /** How many values a row of the file has. */
    public int columns() {
        return columns;
    }

    /** How many classes the logits of a row are of; 1 for losses, which have none. */
    public int classes() {
        return kind == AnswerKind.LOSSES ? 1 : classes;
    }

    /** Whether a row tells how sure the model is of every class. */
    public boolean isWhole() {
        return kind != AnswerKind.LOSSES && kind != AnswerKind.LABELS;
    }

    /**
     * One row as logits; not for losses.
     *
     * @param row as the file has it, written over
     * @param into room for one value a class
     * @throws BadAnswersException if the row is not what the first ones were
     */
    public void decode(float[] row, float[] into) {
        if (scale != 1) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (row[i] / scale);
            }
        }
        switch (kind) {
            case LOGITS -> {
                if (columns == 1) {
                    into[0] = 0;
                    into[1] = row[0];
                } else {
                    System.arraycopy(row, 0, into, 0, columns);
                }
            }
            case PROBABILITIES -> probabilities(row, into);
            case SIGMOIDS -> {
                for (int i = 0; i < row.length; i++) {
                    fraction(row[i]);
                    into[i] = (float)
                            (Math.log(Math.max(row[i], floor)) - Math.log(Math.max(1.0 - row[i], upperFloor())));
                }
            }
            case LABELS -> {
                int answered = columns == 1 ? number(row[0]) : largest(row);
                Arrays.fill(into, (float) Math.log(AnswerForm.SMALLEST));
                into[answered] = 0;
            }
            case LOSSES -> throw new IllegalStateException("losses have no logits");
        }
    }

    /** The loss that a row of losses holds. */
    public double loss(float[] row) {
        if (!(row[0] >= 0)) {
            throw new BadAnswersException("a loss is negative, where the first ones were not; correct the row");
        }
        return row[0];
    }

    private void probabilities(float[] row, float[] into) {
        double sum = 0;
        for (float value : row) {
            fraction(value);
            sum += value;
        }
        if (columns == 1) {
            into[0] = (float) Math.log(Math.max(1.0 - row[0], upperFloor()));
            into[1] = (float) Math.log(Math.max(row[0], floor));
            return;
        }
        if (sum < leastSum || sum > mostSum) {
            throw new BadAnswersException(
                    "the probabilities do not sum to one, where those of the first rows do; correct the"
                            + " row or leave it out");
        }
        AnswerForm.logarithms(row, 0, columns, floor, cut, into, 0);
    }

    /** What stands for 1 is above 1 less half a step. */
    private double upperFloor() {
        return Math.max(floor, 0x1p-25);
    }

    private void fraction(float value) {
        if (!(value >= -1e-6f && value <= 1 + 1e-4f)) {
            throw new BadAnswersException(
                    "a value leaves 0..1, where those of the first rows do not; correct the row or leave" + " it out");
        }
    }

    private int number(float value) {
        if (!(value >= 0 && value < classes && value == Math.rint(value))) {
            throw new BadAnswersException("an answer is no class number in 0.." + (classes - 1) + "; correct the row");
        }
        return (int) value;
    }

    private static int largest(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }
}
