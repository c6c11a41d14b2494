package dev.lethe.core.privacy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prices an event by every accountant that knows it and keeps the tightest claim: the distribution of the privacy loss where there is
 * one, Rényi divergences beside it, and the exact curve of what is all Gaussian noise. For one plan, fixed in advance.
 */
public final class BestAccountant implements Accountant {
    @Override
    public BestCurve price(PrivacyEvent event, Neighbours neighbours) {
        List<UnpricedEventException> refusals = new ArrayList<>();
        GaussianCurve exact = attempt(new GaussianAccountant()::price, event, neighbours, new ArrayList<>());
        PrivacyLossCurve losses = attempt(new PrivacyLossAccountant()::price, event, neighbours, refusals);
        RenyiCurve divergences = attempt(new RenyiAccountant()::price, event, neighbours, refusals);
        if (refusals.size() == 2) {
            throw refusals.get(0);
        }
        return new BestCurve(exact, losses, divergences);
    }

    private interface Pricing<C> {
        C price(PrivacyEvent event, Neighbours neighbours);
    }

    private static <C> @Nullable C attempt(
            Pricing<C> pricing, PrivacyEvent event, Neighbours neighbours, List<UnpricedEventException> refusals) {
        try {
            return pricing.price(event, neighbours);
        } catch (UnpricedEventException e) {
            refusals.add(e);
            return null;
        }
    }

    /** The tightest of several curves that all hold. */
    public static final class BestCurve implements PrivacyCurve {
        private final @Nullable GaussianCurve exact;
        private final @Nullable PrivacyLossCurve losses;
        private final @Nullable RenyiCurve divergences;

        BestCurve(@Nullable GaussianCurve exact, @Nullable PrivacyLossCurve losses, @Nullable RenyiCurve divergences) {
            this.exact = exact;
            this.losses = losses;
            this.divergences = divergences;
        }

        @Override
        public double epsilon(double delta) {
            return bracket(delta).high();
        }

        /**
         * A bracket of the smallest epsilon that holds at delta for everything that the event describes; its lower end is 0 where the
         * distribution of the privacy loss is not known.
         */
        public PrivacyLossCurve.Bracket bracket(double delta) {
            double rdp = rdpEpsilon(delta);
            if (losses == null) {
                return new PrivacyLossCurve.Bracket(0, exact == null ? rdp : Math.min(rdp, exact.epsilon(delta)));
            }
            PrivacyLossCurve.Bracket bracket = losses.bracket(delta);
            double high = Math.min(bracket.high(), rdp);
            if (exact != null) {
                high = Math.min(high, exact.epsilon(delta));
            }
            return new PrivacyLossCurve.Bracket(Math.min(bracket.low(), high), high);
        }

        @Override
        public double delta(double epsilon) {
            double delta = divergences == null ? 1 : divergences.delta(epsilon);
            if (losses != null) {
                delta = Math.min(delta, losses.delta(epsilon));
            }
            return exact == null ? delta : Math.min(delta, exact.delta(epsilon));
        }

        /** What Rényi divergences alone say; infinite if they say nothing. */
        public double rdpEpsilon(double delta) {
            return divergences == null ? Double.POSITIVE_INFINITY : divergences.epsilon(delta);
        }

        /** The order at which {@link #rdpEpsilon} is smallest; infinite if there is none. */
        public double rdpOrder(double delta) {
            return divergences == null ? Double.POSITIVE_INFINITY : divergences.order(delta);
        }

        /** Whether the distribution of the privacy loss is known, so that the bracket has a lower end. */
        public boolean hasLower() {
            return losses != null;
        }
    }
}
