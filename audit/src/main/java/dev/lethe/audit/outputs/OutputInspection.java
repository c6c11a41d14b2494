package dev.lethe.audit.outputs;

import dev.lethe.audit.outputs.LabelAlignment.Reading;
import dev.lethe.audit.outputs.OutputCondition.Kind;
import dev.lethe.audit.outputs.OutputCondition.Severity;
import dev.lethe.audit.outputs.Temperature.Calibration;
import dev.lethe.core.model.Logits;
import dev.lethe.core.stats.ClopperPearson;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A model's raw answers, looked at before they are attacked: what they are, what was done to them, and logits on one
 * scale whatever the model ends in. A statistical rule names what is not there with probability at most 10^-6; rules and
 * their assumptions are in {@code docs/math/outputs.md}.
 *
 * @param logits what to attack: the answers themselves if they are logits or logarithms of probabilities, else converted
 *     without loss but for what the conditions say was lost before
 * @param conditions what was recognised, the worst first; empty for plain logits
 */
public record OutputInspection(Logits logits, List<OutputCondition> conditions) {
    public OutputInspection {
        conditions = List.copyOf(conditions);
    }

    /** As the other method, where nobody knows who was a member. */
    public static OutputInspection of(float[] values, int columns, int[] labels, int classes) {
        return of(values, columns, labels, classes, new boolean[0]);
    }

    /**
     * Looks at the answers of one model.
     *
     * @param values row-major, one row a record: logits, probabilities or their logarithms, per cent, or one-hot labels;
     *     not copied if they are logits already
     * @param columns one a class; or 1, holding the probability or logit of class 1 of two, or the number of the class
     * @param labels the class of each row, from 0
     * @param member which rows the caller takes for members; both sides present, or empty for nobody knows
     * @throws IllegalArgumentException if a value is not finite (names its row and column), or counts do not fit
     */
    public static OutputInspection of(float[] values, int columns, int[] labels, int classes, boolean[] member) {
        check(values, columns, labels, classes, member);
        return new Look(new RawAnswers(values, columns), labels, classes, member).inspect();
    }

    /** The condition of this kind, if it was recognised. */
    public Optional<OutputCondition> find(Kind kind) {
        return conditions.stream().filter(c -> c.kind() == kind).findFirst();
    }

    /** Whether an audit of these answers would say nothing about the model's training data. */
    public boolean meaningless() {
        return conditions.stream().anyMatch(c -> c.severity() == Severity.MEANINGLESS);
    }

    private static void check(float[] values, int columns, int[] labels, int classes, boolean[] member) {
        if (classes < 2) {
            throw new IllegalArgumentException("classes " + classes + " must be at least 2");
        }
        if (columns != classes && columns != 1) {
            throw new IllegalArgumentException(
                    "columns " + columns + " must be 1 or one a class, of which there are " + classes);
        }
        if (labels.length == 0 || (long) labels.length * columns != values.length) {
            throw new IllegalArgumentException(
                    values.length + " values do not make " + labels.length + " rows of " + columns + " columns");
        }
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] < 0 || labels[row] >= classes) {
                throw new IllegalArgumentException(
                        "label " + labels[row] + " in row " + row + " is not in 0.." + (classes - 1));
            }
        }
        if (member.length > 0) {
            int members = MemberClaims.rows(member, true).length;
            if (member.length != labels.length || members == 0 || members == member.length) {
                throw new IllegalArgumentException("member flags of " + member.length + " rows, " + members
                        + " of them members, for " + labels.length
                        + " rows: each row needs one, and both sides a row");
            }
        }
    }

    /** One look at one matrix. */
    private static final class Look {
        private final RawAnswers raw;
        private final double scale;
        private final int[] labels;
        private final int classes;
        private final boolean[] member;
        private final Granularity granularity;
        private final Bounds bounds;
        private final Truncation truncation;
        private final AnswerForm form;
        private final boolean labelOnly;
        private final Logits logits;
        private final List<OutputCondition> conditions = new ArrayList<>();

        Look(RawAnswers answers, int[] labels, int classes, boolean[] member) {
            scale = AnswerForm.commonSum(answers);
            raw = scale == 1 ? answers : answers.dividedBy(scale);
            this.labels = labels;
            this.classes = classes;
            this.member = member;
            granularity = Granularity.of(raw);
            bounds = Bounds.of(raw, granularity);
            truncation = Truncation.of(raw);
            form = AnswerForm.of(raw, classes, granularity, bounds, truncation);
            labelOnly = truncation.labelOnly() || form.name() == AnswerForm.Name.CLASS_NUMBER;
            logits = form.logits(raw, classes, granularity, truncation);
        }

        OutputInspection inspect() {
            sayForm();
            if (!sayConstant()) {
                int[] answered = new int[raw.rows];
                for (int row = 0; row < raw.rows; row++) {
                    answered[row] = logits.argMax(row);
                }
                if (labelOnly) {
                    sayLabelOnly(answered);
                } else {
                    sayLosses();
                }
                sayLabelsAndMembers(answered);
            }
            conditions.sort(Comparator.comparing(OutputCondition::severity).reversed());
            return new OutputInspection(logits, conditions);
        }

        private void add(Kind kind, Severity severity, double figure, String sentence, String remedy) {
            conditions.add(new OutputCondition(kind, severity, figure, sentence, remedy));
        }

        private void sayForm() {
            if (scale != 1) {
                add(
                        Kind.SCALED,
                        Severity.NOTE,
                        scale,
                        "Every row sums to " + number(scale)
                                + ": per cent, votes or counts. They are taken for probabilities times that.",
                        "Nothing to do if these are the model's answers.");
            }
            if (labelOnly) {
                return;
            }
            switch (form.name()) {
                case PROBABILITIES ->
                    add(
                            Kind.PROBABILITIES,
                            Severity.NOTE,
                            form.figure(),
                            "The answers are probabilities, as after a softmax. They are attacked as their logarithms.",
                            "Logits would keep more digits; none are needed unless another condition says so.");
                case LOG_PROBABILITIES ->
                    add(
                            Kind.LOG_PROBABILITIES,
                            Severity.NOTE,
                            form.figure(),
                            "The answers are logarithms of probabilities. They are attacked as they are.",
                            "Nothing to do.");
                case INDEPENDENT ->
                    add(
                            Kind.INDEPENDENT_PROBABILITIES,
                            Severity.WEAKENS,
                            form.figure(),
                            "All values lie in [0, 1], but rows do not sum to 1: one sigmoid a class, or scores that were"
                                    + " squeezed. They are attacked as log-odds.",
                            "Hand over logits; if these are logits that happen to lie in [0, 1], multiply them by 2.");
                case PROBABILITY_OF_ONE, LOGIT_OF_ONE -> {
                    boolean probability = form.name() == AnswerForm.Name.PROBABILITY_OF_ONE;
                    add(
                            Kind.SINGLE_COLUMN,
                            Severity.NOTE,
                            form.figure(),
                            "One column for two classes: taken for the " + (probability ? "probability" : "logit")
                                    + " of class 1. The other column is added.",
                            probability
                                    ? "A probability close to 1 has few digits left; hand over its logit if you can."
                                    : "Nothing to do.");
                }
                case LOGITS, CLASS_NUMBER -> {}
            }
        }

        /** Whether the answers depend on the record at all; log-odds against class 0 are compared. */
        private boolean sayConstant() {
            double spread = 0;
            double size = 1;
            for (int k = 1; k < classes; k++) {
                double low = Double.POSITIVE_INFINITY;
                double high = Double.NEGATIVE_INFINITY;
                for (int row = 0; row < raw.rows; row++) {
                    double odds = (double) logits.at(row, k) - logits.at(row, 0);
                    low = Math.min(low, odds);
                    high = Math.max(high, odds);
                    size = Math.max(size, Math.abs(logits.at(row, 0)));
                }
                spread = Math.max(spread, high - low);
            }
            if (raw.rows < 2 || spread > 1e-5 * size) {
                return false;
            }
            add(
                    Kind.CONSTANT,
                    Severity.MEANINGLESS,
                    spread,
                    "All " + raw.rows + " records are answered alike, to within " + number(spread)
                            + " nats. Such answers can tell nobody apart, whatever the model remembers.",
                    "Check that each record's own features reach the model, and that the model has learned.");
            return true;
        }

        private void sayLabelOnly(int[] answered) {
            double accuracy = accuracy(answered, all());
            add(
                    Kind.LABEL_ONLY,
                    Severity.WEAKENS,
                    accuracy,
                    "The answers name a class and no confidence. Of the attacks on confidences only the one by right and"
                            + " wrong is left.",
                    "Hand over probabilities or logits, or run label-only attacks.");
        }

        private void sayLosses() {
            if (granularity.step() > 0) {
                add(
                        Kind.ROUNDED,
                        Severity.WEAKENS,
                        granularity.step(),
                        "All values are multiples of " + number(granularity.step())
                                + ". Records whose answers differ by less are tied"
                                + (form.probabilities() ? ", and members crowd where probabilities round to 1." : "."),
                        "Hand over the values before rounding, or logits.");
            }
            if (granularity.bits() < 24) {
                boolean single = raw.columns == 1;
                add(
                        Kind.REDUCED_PRECISION,
                        single && form.probabilities() ? Severity.WEAKENS : Severity.NOTE,
                        granularity.bits(),
                        "All values have at most " + granularity.bits() + " significant bits"
                                + (granularity.bits() == 8
                                        ? ", as bfloat16 has."
                                        : granularity.bits() == 11 ? ", as float16 has." : "."),
                        "Compute the last layer's answers in single precision.");
            }
            if (truncation.kept() > 0) {
                add(
                        Kind.TRUNCATED,
                        Severity.WEAKENS,
                        truncation.kept(),
                        "Each row holds its " + truncation.kept()
                                + " largest entries; the others are blank. Where the label is among these, its"
                                + " probability is a guess.",
                        "Hand over all columns.");
            } else if (bounds.clipped() || bounds.floors() > 0) {
                sayClipped();
            }
            saySaturated();
            if (raw.rows >= 20 && raw.distinct < raw.rows / 2) {
                add(
                        Kind.FEW_DISTINCT,
                        Severity.WEAKENS,
                        raw.distinct,
                        "The " + raw.rows + " rows hold " + raw.distinct
                                + " different answers. Records with one answer cannot be told apart.",
                        "If neither the model (a small tree, few neighbours) nor repeated records explain it, check that"
                                + " the answers belong to these records.");
            }
        }

        private void sayClipped() {
            double share = bounds.lower() + bounds.upper();
            if (bounds.clipped()) {
                String where = bounds.lower() > 0 && bounds.upper() > 0
                        ? number(raw.low) + " or " + number(raw.high)
                        : number(bounds.lower() > 0 ? raw.low : raw.high);
                add(
                        Kind.CLIPPED,
                        Severity.WEAKENS,
                        share,
                        percent(share) + " of the values are exactly " + where
                                + ", and none are beyond: the answers were clipped. The surest ones, where members are,"
                                + " are tied.",
                        "Hand over the values before clipping, or logits.");
            } else {
                add(
                        Kind.CLIPPED,
                        Severity.NOTE,
                        bounds.floors(),
                        "In " + percent(bounds.floors())
                                + " of the rows several classes share the smallest value exactly, as if it was a floor.",
                        "Hand over the values before clipping, unless the model itself gives rare classes one value.");
            }
        }

        private void saySaturated() {
            if (!form.probabilities() || form.name() == AnswerForm.Name.INDEPENDENT) {
                return;
            }
            int saturated = 0;
            for (int row = 0; row < raw.rows; row++) {
                int positive = 0;
                for (int column = 0; column < raw.columns; column++) {
                    positive += raw.at(row, column) > 0 ? 1 : 0;
                }
                boolean lost = raw.columns == 1
                        ? positive == 0 || raw.values[row] >= 1
                        : positive == 1 && truncation.kept() != 1;
                saturated += lost ? 1 : 0;
            }
            if (saturated > 0) {
                double share = (double) saturated / raw.rows;
                add(
                        Kind.SATURATED,
                        share >= 0.01 ? Severity.WEAKENS : Severity.NOTE,
                        share,
                        "In " + percent(share)
                                + " of the rows one class has probability 1 and the others exactly 0: how"
                                + " sure the model is of them is lost, and members are among the surest.",
                        "Hand over logits or a log-softmax.");
            }
        }

        /** One fault of labels or files looks like another, so the first that is named ends the search. */
        private void sayLabelsAndMembers(int[] answered) {
            if (member.length > 0) {
                sayRepeated();
            }
            if (!sayShifted(answered)
                    && !sayRenumbered(answered)
                    && !sayUnrelated(answered)
                    && !(member.length > 0 && saySwapped())
                    && !labelOnly
                    && truncation.kept() == 0
                    && !bounds.clipped()) {
                sayTemperature(answered);
            }
        }

        /** Members and others may come from two files, of which one is shifted. */
        private boolean sayShifted(int[] answered) {
            List<int[]> files = member.length == 0
                    ? List.of(all())
                    : List.of(all(), MemberClaims.rows(member, true), MemberClaims.rows(member, false));
            for (int[] rows : files) {
                Reading shifted = LabelAlignment.shift(pick(answered, rows), pick(labels, rows), files.size());
                if (shifted.better()) {
                    add(
                            Kind.LABELS_SHIFTED,
                            Severity.MEANINGLESS,
                            shifted.shift(),
                            "With the labels as they stand " + percent(shifted.before()) + " of the answers"
                                    + (rows.length == raw.rows
                                            ? ""
                                            : member[rows[0]] ? " on members" : " on non-members")
                                    + " are right; with the label that stands " + rowsOff(shifted.shift()) + " it is "
                                    + percent(shifted.after()) + ". The labels are shifted against the answers.",
                            "Look for a header or a row that is in one file and not in the other.");
                    return true;
                }
            }
            return false;
        }

        private boolean sayRenumbered(int[] answered) {
            Reading renumbered = LabelAlignment.renumbering(answered, labels, classes);
            if (renumbered.better()) {
                add(
                        Kind.CLASSES_PERMUTED,
                        Severity.MEANINGLESS,
                        renumbered.after(),
                        "With the classes as they are numbered " + percent(renumbered.before())
                                + " of the answers are right; numbered otherwise it is " + percent(renumbered.after())
                                + ". Columns and labels number the classes differently.",
                        "Put the columns in the order of the labels' classes.");
            }
            return renumbered.better();
        }

        private void sayRepeated() {
            MemberClaims.repetition(MemberClaims.repeated(raw, labels, member)).ifPresent(conditions::add);
        }

        private boolean saySwapped() {
            double auc = MemberClaims.lossAuc(logits, labels, member);
            int members = MemberClaims.rows(member, true).length;
            Optional<OutputCondition> swapped = MemberClaims.swap(auc, members, member.length - members);
            swapped.ifPresent(conditions::add);
            return swapped.isPresent();
        }

        /** A model may have learned coin flips by heart, so that strangers alone say nothing of the labels. */
        private boolean sayUnrelated(int[] answered) {
            boolean unrelated = member.length == 0
                    ? unrelated(answered, all())
                    : unrelated(answered, MemberClaims.rows(member, true))
                            && unrelated(answered, MemberClaims.rows(member, false));
            if (unrelated) {
                double accuracy = accuracy(answered, all());
                add(
                        Kind.LABELS_UNRELATED,
                        Severity.MEANINGLESS,
                        accuracy,
                        percent(accuracy) + " of the answers are right, and guessing has "
                                + percent(LabelAlignment.chance(answered, labels, all(), classes))
                                + (labelOnly
                                        ? ""
                                        : ", while the model is sure of its answers to "
                                                + percent(Calibration.of(logits, labels, all())
                                                        .confidence()))
                                + ". The labels are not those of these answers.",
                        "Check that both come from the same records in the same order.");
            }
            return unrelated;
        }

        private boolean unrelated(int[] answered, int[] rows) {
            double chance = LabelAlignment.chance(answered, labels, rows, classes);
            long right = Math.round(accuracy(answered, rows) * rows.length);
            return ClopperPearson.upper(right, rows.length, Certainty.FALSE_ALARM) <= chance + 0.1 * (1 - chance)
                    && (labelOnly || Calibration.of(logits, labels, rows).overconfidence() >= 0.25);
        }

        private void sayTemperature(int[] answered) {
            int[] others = member.length > 0 ? MemberClaims.rows(member, false) : all();
            Calibration calibration = Calibration.of(logits, labels, others);
            double temperature = Temperature.fit(logits, labels, others);
            if (calibration.underconfidence() >= 0.1 && temperature < 1.0 / 3) {
                add(
                        Kind.SMOOTHED,
                        Severity.WEAKENS,
                        temperature,
                        percent(calibration.accuracy()) + " of the answers are right, and the model is sure of them to "
                                + percent(calibration.confidence()) + "; divided by a temperature of "
                                + number(temperature) + " its logits fit best. The answers were smoothed by a"
                                + " temperature or a second softmax, or the model stopped learning early.",
                        "Hand over the logits; shadow models must answer by the same temperature.");
            } else if (!(member.length > 0
                    && saySharpened(
                            answered,
                            MemberClaims.rows(member, true),
                            2,
                            "On its own members no training leaves a model so: the answers were sharpened, or these are"
                                    + " not its members."))) {
                saySharpened(
                        answered,
                        others,
                        10,
                        "The answers were sharpened, or these are strangers to a model that learned by heart.");
            }
        }

        /** A network is as sure as it is right on the rows that it was fitted to; on others it may be far surer. */
        private boolean saySharpened(int[] answered, int[] rows, double limit, String reason) {
            Calibration calibration = Calibration.of(logits, labels, rows);
            double chance = LabelAlignment.chance(answered, labels, rows, classes);
            double temperature = Temperature.fit(logits, labels, rows);
            boolean sharpened = temperature > limit
                    && calibration.overconfidence() >= 0.1
                    && calibration.accuracy() - calibration.radius() >= chance + 0.1 * (1 - chance);
            if (sharpened) {
                add(
                        Kind.SHARPENED,
                        Severity.NOTE,
                        temperature,
                        "The model is sure of its answers to " + percent(calibration.confidence()) + ", and "
                                + percent(calibration.accuracy()) + " are right; divided by a temperature of "
                                + number(temperature) + " its logits fit best. " + reason,
                        "Hand over the logits, and check which rows are members.");
            }
            return sharpened;
        }

        private int[] all() {
            return IntStream.range(0, raw.rows).toArray();
        }

        private double accuracy(int[] answered, int[] rows) {
            int right = 0;
            for (int row : rows) {
                right += answered[row] == labels[row] ? 1 : 0;
            }
            return (double) right / rows.length;
        }

        private static int[] pick(int[] of, int[] rows) {
            return Arrays.stream(rows).map(row -> of[row]).toArray();
        }

        private static String rowsOff(int shift) {
            int off = Math.abs(shift);
            return off + (off == 1 ? " row " : " rows ") + (shift > 0 ? "below" : "above");
        }
    }

    static String percent(double share) {
        return number(100 * share) + " %";
    }

    /** Three significant digits. */
    static String number(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
        double size = Math.abs(value);
        return size == 0 || (size >= 1e-4 && size < 1e6)
                ? rounded.stripTrailingZeros().toPlainString()
                : Double.toString(rounded.doubleValue());
    }
}
