package dev.lethe.core.privacy;

/**
 * Prices events by the distribution of their privacy loss, composed numerically with every rounding in a known direction: the tightest
 * price that there is, as a bracket that holds the true one. For one plan that was fixed in advance; sums of its prices are no bound
 * for events that were chosen after one another. Source and proofs: docs/math/accounting.md.
 */
public final class PrivacyLossAccountant implements Accountant {
    @Override
    public PrivacyLossCurve price(PrivacyEvent event, Neighbours neighbours) {
        LossParts dominating = new LossParts(false);
        dominating.add(event, 1, neighbours);
        LossParts attained = new LossParts(true);
        attained.add(event, 1, neighbours);
        return new PrivacyLossCurve(dominating.parts(), attained.parts(), dominating.symmetric());
    }
}
