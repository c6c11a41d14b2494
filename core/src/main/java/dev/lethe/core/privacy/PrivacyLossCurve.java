package dev.lethe.core.privacy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Epsilon and delta from the distribution of the privacy loss, as brackets: {@link #epsilon} and {@link #delta} are at least the true
 * values for the event, {@link #epsilonLower} and {@link #deltaLower} at most. Safe for several threads.
 */
public final class PrivacyLossCurve implements PrivacyCurve {
    /** Beyond it e^epsilon is near what doubles hold, and nothing is claimed of a composed distribution. */
    private static final double LARGEST_EPSILON = 500;

    /** So few losses are worth folding directly where the transform leaves a bracket wide, relatively. */
    private static final double FEW = 256;

    private static final double WIDE = 1e-3;

    /** Multiples to try before that. */
    private static final int FINER = 1 << 17;

    /** A pair that happens several times. */
    record Part(LossPair pair, long times) {}

    private final List<Part> parts;
    private final List<Part> attained;
    private final boolean symmetric;
    private final double steps;

    /**
     * @param parts pairs that dominate what happened
     * @param attained pairs that what happened may really show
     * @param symmetric whether all of the former are their own mirror images, as where neighbours are alike
     */
    PrivacyLossCurve(List<Part> parts, List<Part> attained, boolean symmetric) {
        this.parts = List.copyOf(parts);
        this.attained = List.copyOf(attained);
        this.symmetric = symmetric;
        steps = parts.stream().mapToDouble(Part::times).sum();
    }

    @Override
    public double epsilon(double delta) {
        return bracket(delta).high();
    }

    /** No epsilon below this holds at delta for every mechanism and data that the event describes. */
    public double epsilonLower(double delta) {
        return bracket(delta).low();
    }

    /** Both ends of the bracket of epsilon at delta; costs no more than one. */
    public Bracket bracket(double delta) {
        if (!(delta >= 0 && delta < 1)) {
            throw new IllegalArgumentException("delta " + delta + " must lie in [0, 1)");
        }
        if (parts.isEmpty()) {
            return new Bracket(0, 0);
        }
        double most = largest();
        if (delta == 0) {
            return new Bracket(parts.equals(attained) ? most * (1 - 1e-14) : 0, most);
        }
        Bracket bracket = new Bracket(0, 0);
        for (Side side : sides()) {
            bracket = side.onceOnly() ? widen(bracket, side, once(side, delta)) : lattice(bracket, side, delta);
        }
        bracket = new Bracket(bracket.low(), Math.min(bracket.high(), most));
        return bracket.high() < LARGEST_EPSILON ? bracket : new Bracket(0, most);
    }

    /** The bracket as the lattice gives it, also for what happens once. */
    Bracket latticeBracket(double delta) {
        Bracket bracket = new Bracket(0, 0);
        for (Side side : sides()) {
            bracket = lattice(bracket, side, delta);
        }
        return bracket.high() < LARGEST_EPSILON ? bracket : new Bracket(0, largest());
    }

    private static Bracket once(Side side, double delta) {
        OneLoss loss = new OneLoss(side.pairs.get(0), side.reversed);
        return new Bracket(
                side.lower ? loss.epsilonBelow(delta, LARGEST_EPSILON) : 0,
                side.upper ? loss.epsilonAbove(delta, LARGEST_EPSILON) : 0);
    }

    /** What holds in both directions. */
    private static Bracket widen(Bracket bracket, Side side, Bracket direction) {
        double low = side.lower ? Math.max(bracket.low(), direction.low()) : bracket.low();
        double high = side.upper ? Math.max(bracket.high(), direction.high()) : bracket.high();
        return new Bracket(low, Math.max(low, high));
    }

    private Bracket lattice(Bracket bracket, Side side, double delta) {
        double mass = 1e-11 * delta / steps;
        LossPlan plan = new LossPlan(side.pairs, side.times, side.reversed, Math.max(1e-290, mass * mass * 1e-6));
        plan.forDelta(delta, Double.NaN);
        if (plan.chernoff(delta) <= bracket.low()) {
            return bracket; // the other direction costs more
        }
        try {
            Composed composed = compose(side, plan, mass, size(side));
            for (int again = 0; again < 5; again++) {
                double found = composed.missed(delta) ? plan.lower() : composed.epsilonAbove(delta);
                if (plan.suits(found) || found <= 0) {
                    break;
                }
                plan.forDelta(delta, found);
                composed = compose(side, plan, mass, size(side));
            }
            double above = Math.min(composed.epsilonAbove(delta), composed.sums.chernoff(delta));
            double below = composed.epsilonBelow(delta);
            if (side.steps() <= FEW && above - below > WIDE * above) {
                Composed finer = compose(side, plan, mass, FINER);
                above = Math.min(above, finer.epsilonAbove(delta));
                below = Math.max(below, finer.epsilonBelow(delta));
            }
            if (side.steps() <= FEW && above - below > WIDE * above) {
                DirectSums direct = direct(side, plan, mass);
                above = Math.min(above, direct.epsilonAbove(delta));
                below = Math.max(below, direct.epsilonBelow(delta));
            }
            return widen(bracket, side, new Bracket(below, above));
        } catch (LossCells.TooManyException e) {
            return widen(bracket, side, new Bracket(0, Double.POSITIVE_INFINITY));
        }
    }

    @Override
    public double delta(double epsilon) {
        return deltaBracket(epsilon).high();
    }

    /** No delta below this holds at epsilon for every mechanism and data that the event describes. */
    public double deltaLower(double epsilon) {
        return deltaBracket(epsilon).low();
    }

    /** Both ends of the bracket of delta at epsilon, which may be below 0. */
    public Bracket deltaBracket(double epsilon) {
        return deltaBracket(epsilon, sides(), true);
    }

    /** In one direction only: from the data with the record to those without, or reversed. */
    Bracket deltaBracket(double epsilon, boolean reversed) {
        return deltaBracket(epsilon, direction(reversed), true);
    }

    /** The same as the lattice gives it, also for what happens once. */
    Bracket latticeDeltaBracket(double epsilon, boolean reversed) {
        return deltaBracket(epsilon, direction(reversed), false);
    }

    private List<Side> direction(boolean reversed) {
        return sides().stream()
                .filter(side -> side.reversed == (reversed && !symmetric))
                .toList();
    }

    private Bracket deltaBracket(double epsilon, List<Side> sides, boolean shortcut) {
        if (!Double.isFinite(epsilon)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " must be finite");
        }
        if (epsilon < 0) {
            // H_a(P, Q) is 1 - a + a H_1/a(Q, P).
            Bracket mirrored =
                    deltaBracket(-epsilon, sides.stream().map(Side::mirrored).toList(), shortcut);
            double a = Math.exp(epsilon);
            double least = -Math.expm1(epsilon);
            return new Bracket(
                    Math.min(1, (least + a * mirrored.low()) * (1 - 1e-15)),
                    Math.min(1, (least + a * mirrored.high()) * (1 + 1e-15)));
        }
        if (parts.isEmpty() || epsilon >= largest()) {
            return new Bracket(0, 0);
        }
        if (epsilon > LARGEST_EPSILON) {
            return new Bracket(0, 1);
        }
        double high = 0;
        double low = 0;
        for (Side side : sides) {
            Bracket one;
            if (shortcut && side.onceOnly()) {
                OneLoss loss = new OneLoss(side.pairs.get(0), side.reversed);
                one = new Bracket(loss.deltaBelow(epsilon), loss.deltaAbove(epsilon));
            } else {
                one = latticeDelta(epsilon, side);
            }
            high = side.upper ? Math.max(high, one.high()) : high;
            low = side.lower ? Math.max(low, one.low()) : low;
        }
        return new Bracket(Math.min(1, low), Math.min(1, Math.max(low, high)));
    }

    private Bracket latticeDelta(double epsilon, Side side) {
        LossPlan far = new LossPlan(side.pairs, side.times, side.reversed, 1e-290);
        far.forEpsilon(epsilon);
        double mass = Math.max(1e-290, 1e-14 * Math.exp(far.logDelta()) / steps);
        LossPlan plan = new LossPlan(side.pairs, side.times, side.reversed, Math.max(1e-290, mass * mass * 1e-6));
        plan.forEpsilon(epsilon);
        try {
            Composed composed = compose(side, plan, mass, size(side));
            double above = Math.min(composed.delta(epsilon, true), composed.sums.chernoffDelta(epsilon));
            double below = composed.delta(epsilon, false);
            if (side.steps() <= FEW && above - below > WIDE * above) {
                DirectSums direct = direct(side, plan, mass);
                above = Math.min(above, direct.deltaAbove(epsilon));
                below = Math.max(below, direct.deltaBelow(epsilon));
            }
            return new Bracket(below, above);
        } catch (LossCells.TooManyException e) {
            return new Bracket(0, 1);
        }
    }

    /**
     * A bracket that holds the true value.
     *
     * @param low at most the true value
     * @param high at least the true value
     */
    public record Bracket(double low, double high) {
        public Bracket {
            // What is not a number tells nothing of either end.
            low = Double.isNaN(low) ? 0 : low;
            high = Double.isNaN(high) ? Double.POSITIVE_INFINITY : high;
        }
    }

    /** What is composed in one direction. */
    private record Side(List<LossPair> pairs, long[] times, boolean reversed, boolean upper, boolean lower) {
        boolean onceOnly() {
            return times.length == 1 && times[0] == 1;
        }

        double steps() {
            double steps = 0;
            for (long one : times) {
                steps += one;
            }
            return steps;
        }

        Side mirrored() {
            return new Side(pairs, times, !reversed, upper, lower);
        }
    }

    private List<Side> sides() {
        boolean same = parts.equals(attained);
        List<Side> sides = new ArrayList<>();
        sides.add(side(parts, false, true, same));
        if (!symmetric) {
            sides.add(side(parts, true, true, same));
        }
        if (!same && !attained.isEmpty()) {
            sides.add(side(attained, false, false, true));
            sides.add(side(attained, true, false, true));
        }
        return sides;
    }

    private static Side side(List<Part> parts, boolean reversed, boolean upper, boolean lower) {
        List<LossPair> pairs = parts.stream().map(Part::pair).toList();
        long[] times = parts.stream().mapToLong(Part::times).toArray();
        return new Side(pairs, times, reversed, upper, lower);
    }

    /** The epsilon that holds at delta 0: every loss at its largest. */
    private double largest() {
        double most = 0;
        for (boolean reversed : new boolean[] {false, true}) {
            double sum = 0;
            for (Part part : parts) {
                sum += part.times * part.pair.largest(reversed);
            }
            most = Math.max(most, sum);
        }
        return most * (1 + 1e-15 * parts.size());
    }

    /** Sums on a lattice. */
    private record Composed(LossComposition sums, double step) {
        /** Whether the answer lies below the window, and above 0. */
        boolean missed(double delta) {
            return sums.start() > 0 && sums.above(sums.start()) <= delta;
        }

        double epsilonAbove(double delta) {
            if (sums.infinite() >= delta) {
                return Double.POSITIVE_INFINITY;
            }
            long reach = sums.reachAbove(delta);
            if (reach >= sums.end()) {
                return Double.POSITIVE_INFINITY;
            }
            if (reach == sums.start()) {
                return Math.max(0, reach * step);
            }
            return Math.max(0, between(reach, sums.above(reach - 1), sums.above(reach), delta));
        }

        double epsilonBelow(double delta) {
            if (sums.infiniteBelow() > delta) {
                return Double.POSITIVE_INFINITY;
            }
            long reach = sums.reachBelow(delta);
            if (reach == sums.start()) {
                return 0;
            }
            if (reach >= sums.end()) {
                return Math.max(0, (reach - 1) * step);
            }
            return Math.max(0, between(reach, sums.below(reach - 1), sums.below(reach), delta));
        }

        /** Between multiples of the step, delta is a straight line in e^epsilon. */
        private double between(long reach, double before, double after, double delta) {
            double share = (before - delta) / (before - after);
            return (reach - 1) * step + Math.log1p(Math.min(1, Math.max(0, share)) * Math.expm1(step));
        }

        double delta(double epsilon, boolean up) {
            long multiple = (long) Math.floor(epsilon / step);
            multiple = Math.max(sums.start(), Math.min(sums.end() - 2, multiple));
            double before = up ? sums.above(multiple) : sums.below(multiple);
            double after = up ? sums.above(multiple + 1) : sums.below(multiple + 1);
            double share = Math.expm1(epsilon - multiple * step) / Math.expm1(step);
            return before + Math.min(1, Math.max(0, share)) * (after - before);
        }
    }

    /**
     * A loss of which the step should be a whole part, so that no bound has to move it: a hair less than the unit of what is discrete,
     * otherwise than the largest or the least loss. Infinite if there is none.
     */
    private static double landmark(Side side) {
        double found = Double.POSITIVE_INFINITY;
        for (LossPair pair : side.pairs) {
            if (pair.unit() > 0) {
                return pair.unit() * (1 - 1e-12);
            }
            double most = pair.largest(side.reversed) * (1 - 1e-12);
            double mark = most < Double.POSITIVE_INFINITY ? most : pair.largest(!side.reversed) * (1 + 1e-12);
            found = found < Double.POSITIVE_INFINITY ? found : mark;
        }
        return found;
    }

    private static double aligned(double step, double landmark, boolean finer) {
        if (!(landmark > step && landmark < Double.POSITIVE_INFINITY)) {
            return step;
        }
        return landmark / (finer ? Math.ceil(landmark / step) : Math.floor(landmark / step));
    }

    private static int size(Side side) {
        double steps = side.steps();
        return steps > 200_000 ? 1 << 18 : steps > 2_000 ? 1 << 17 : steps > 100 ? 1 << 16 : 1 << 14;
    }

    private static Composed compose(Side side, LossPlan plan, double mass, int multiples) {
        int size = multiples;
        double width = Math.max(plan.high() - plan.low(), 1e-9);
        double step = width / (size - 128);
        List<double[]> spans = spans(side, mass);
        double widest = 0;
        for (double[] span : spans) {
            widest = Math.max(widest, span[1] - span[0]);
        }
        step = Math.max(step, widest / (1 << 22));
        // The window must not shrink as the step does.
        double landmark = landmark(side);
        boolean finer = (size - 64) * aligned(step, landmark, true) >= width;
        if (!finer && landmark < 4 * step) {
            size *= 2;
            finer = true;
        }
        List<LossComposition.Part> parts = null;
        double lattice = step;
        for (int attempt = 0; parts == null; step *= 4, attempt++) {
            if (attempt == 8) {
                throw new LossCells.TooManyException();
            }
            lattice = aligned(step, landmark, finer);
            parts = parts(side, plan, spans, lattice);
        }
        long start = (long) Math.floor(plan.low() / lattice) - 32;
        return new Composed(new LossComposition(parts, lattice, plan.tilts(), start, size), lattice);
    }

    private static DirectSums direct(Side side, LossPlan plan, double mass) {
        double high = Math.min(plan.high(), plan.most());
        double low = Math.min(0, Math.max(plan.least(), -plan.high()));
        int size = side.steps() > 16 ? 1 << 11 : 1 << 12;
        double step = Math.max(high - low, 1e-9) / (size - size / 16.0);
        double landmark = landmark(side);
        double lattice = aligned(step, landmark, true);
        if ((size - 16) * lattice < high - low) {
            lattice = aligned(step, landmark, false);
        }
        List<LossComposition.Part> parts = parts(side, plan, spans(side, mass), lattice);
        if (parts == null) {
            throw new LossCells.TooManyException();
        }
        return new DirectSums(parts, lattice, (long) Math.floor(low / lattice) - 4, size);
    }

    /** From the least to the largest loss that matters, of each pair. */
    private static List<double[]> spans(Side side, double mass) {
        List<double[]> spans = new ArrayList<>();
        for (LossPair pair : side.pairs) {
            double[] boundaries = pair.boundaries(16, mass);
            spans.add(new double[] {boundaries[0], boundaries[boundaries.length - 1]});
        }
        return spans;
    }

    /** Null if the step is so small that there would be too many cells. */
    private static @Nullable List<LossComposition.Part> parts(
            Side side, LossPlan plan, List<double[]> spans, double step) {
        List<LossComposition.Part> parts = new ArrayList<>();
        for (int part = 0; part < spans.size(); part++) {
            LossCells.Widths widths = plan.widths(part);
            double[] span = spans.get(part);
            LossCells cells = LossCells.of(
                    side.pairs.get(part), span[0], span[1], step, side.reversed ? at -> widths.at(-at) : widths);
            if (cells == null) {
                return null;
            }
            if (side.reversed) {
                cells = cells.reversed();
            }
            parts.add(new LossComposition.Part(
                    LatticeLoss.above(cells, step), LatticeLoss.below(cells, step), side.times[part]));
        }
        return parts;
    }
}
