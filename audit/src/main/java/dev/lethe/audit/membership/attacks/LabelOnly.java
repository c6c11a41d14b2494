package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Need;
import dev.lethe.audit.membership.Scores;
import dev.lethe.core.model.Logits;
import java.util.List;

/**
 * Uses nothing but the label that a model gives: how firmly it holds when the record is changed, compared with how firmly
 * it holds in shadow models, record by record. What is learned from the shadows: {@code docs/math/label-only.md}.
 *
 * @param method how a record is changed
 * @param queries questions about a record and a model, at most
 * @param shadows shadow models to ask as well, at most: each costs as many questions as the target, and the first a few
 *     more, by which the strength of the noise is chosen
 */
public record LabelOnly(Method method, int queries, int shadows) implements MembershipAttack {
    /** Quick enough to run beside the others. */
    public static final LabelOnly DEFAULT = new LabelOnly(Method.AUTO, 32, 8);

    /** How a record is changed. */
    public enum Method {
        /** The versions of an image that all models were asked about: mirrored and shifted. */
        AUGMENTATION,
        /** Random noise of several strengths, between which labels of a shadow begin to break. */
        NOISE,
        /** A search for the closest record with another label; worth it from some hundred queries. */
        BOUNDARY,
        /** {@link #AUGMENTATION} where there are versions, else {@link #NOISE}. */
        AUTO
    }

    private static final Card CARD = new Card(
            "label-only",
            "Label-only attack",
            "Measures how firmly the model holds on to a record's label when the record is changed a little.",
            "Choquette-Choo, Tramer, Carlini, Papernot: Label-Only Membership Inference Attacks, ICML 2021",
            List.of(
                    "the model's label for the record and for changed copies of it, no probabilities",
                    "shadow models of the same recipe, half of them trained on the record"));

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Need need() {
        return Need.MODEL;
    }

    @Override
    public boolean worksWithModels() {
        return true;
    }

    public LabelOnly {
        if (queries < 1) {
            throw new IllegalArgumentException("queries " + queries + " must be at least 1");
        }
        if (shadows < 2) {
            throw new IllegalArgumentException("shadows " + shadows + " must be at least 2");
        }
    }

    @Override
    public Scores attack(MembershipView view) {
        return prepared(view).attack(view);
    }

    @Override
    public MembershipAttack prepared(MembershipView view) {
        Firmness firmness =
                switch (method) {
                    case AUGMENTATION -> versions(view);
                    case NOISE -> noise(view);
                    case BOUNDARY -> new Boundary(new BoundaryProbe(queries));
                    case AUTO -> view.queries() > 1 ? versions(view) : noise(view);
                };
        return new LearnedRatio(firmness, firmness.sets(), LearnedRatio.Others.NONE, shadows).learn(CARD, view);
    }

    private Firmness versions(MembershipView view) {
        return new Versions(Math.min(queries, view.queries()));
    }

    private Firmness noise(MembershipView view) {
        int[] range = StrengthProbe.range(view);
        return new Noisy(new NoiseProbe(queries, range[0], range[1]));
    }

    /** Numbers about a record made of labels alone. */
    private interface Firmness extends HierarchicalGaussians.Measured {
        List<int[]> sets();
    }

    /** Log-odds of so many of {@code n}, as if half of one more were added to both sides. */
    private static double logOdds(double count, double n) {
        return Math.log((count + 0.5) / (n - count + 0.5));
    }

    private record Noisy(NoiseProbe probe) implements Firmness {
        @Override
        public List<int[]> sets() {
            return List.of(new int[] {0}, new int[] {1, 2}, new int[] {3, 4});
        }

        @Override
        public void measure(MembershipView view, int shadows) {
            view.measure(probe, shadows);
        }

        @Override
        public double[][] target(MembershipView view) {
            return columns(view.target(probe));
        }

        @Override
        public double[][] shadow(MembershipView view, int shadow) {
            return columns(view.shadow(shadow, probe));
        }

        private double[][] columns(double[][] counts) {
            double[][] columns = new double[5][counts[0].length];
            for (int record = 0; record < counts[0].length; record++) {
                double own = counts[0][record];
                double gentle = counts[1][record];
                double rough = counts[2][record];
                columns[0][record] = logOdds(own + gentle + rough, probe.queries());
                columns[1][record] = own;
                columns[2][record] = (gentle + rough) / Math.max(1, probe.queries() - 1);
                columns[3][record] = logOdds(own + gentle, 1.0 + probe.gentler());
                columns[4][record] = logOdds(rough, probe.rougher());
            }
            return columns;
        }
    }

    private record Boundary(BoundaryProbe probe) implements Firmness {
        @Override
        public List<int[]> sets() {
            return List.of(new int[] {1}, new int[] {0, 1});
        }

        @Override
        public double[][] target(MembershipView view) {
            return columns(view.target(probe));
        }

        @Override
        public double[][] shadow(MembershipView view, int shadow) {
            return columns(view.shadow(shadow, probe));
        }

        /** The root of the distance: it makes far records vary about as much as near ones, and takes 0. */
        private static double[][] columns(double[][] measured) {
            double[] root = new double[measured[1].length];
            for (int record = 0; record < root.length; record++) {
                root[record] = Math.sqrt(measured[1][record]);
            }
            return new double[][] {measured[0], root};
        }
    }

    private record Versions(int queries) implements Firmness {
        @Override
        public List<int[]> sets() {
            return List.of(new int[] {0}, new int[] {1, 2});
        }

        private interface Answers {
            Logits to(int query);
        }

        @Override
        public double[][] target(MembershipView view) {
            return columns(view, view::target);
        }

        @Override
        public double[][] shadow(MembershipView view, int shadow) {
            return columns(view, query -> view.shadow(shadow, query));
        }

        private double[][] columns(MembershipView view, Answers answers) {
            double[][] columns = new double[3][view.records()];
            for (int query = 0; query < queries; query++) {
                Logits logits = answers.to(query);
                for (int record = 0; record < view.records(); record++) {
                    if (logits.argMax(record) == view.labels()[record]) {
                        columns[query == 0 ? 1 : 2][record]++;
                    }
                }
            }
            for (int record = 0; record < view.records(); record++) {
                columns[0][record] = logOdds(columns[1][record] + columns[2][record], queries);
                columns[2][record] /= Math.max(1, queries - 1);
            }
            return columns;
        }
    }
}
