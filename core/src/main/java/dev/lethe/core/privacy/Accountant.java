package dev.lethe.core.privacy;

/** A pure function from an event to a curve of (epsilon, delta) that holds for it. Refuses what it does not know. */
public interface Accountant {
    /**
     * Prices an event.
     *
     * @throws UnpricedEventException if this accountant knows no bound for the event or for a part of it
     */
    PrivacyCurve price(PrivacyEvent event, Neighbours neighbours);
}
