package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;

/** Upper bounds on the Rényi divergences between what an event shows of two neighbours, at fixed orders. */
interface RenyiCosts {
    /** Increasing, above 1. */
    double[] orders();

    /**
     * One bound for each order, infinite where none is known.
     *
     * @throws dev.lethe.core.privacy.UnpricedEventException if a part of the event is of an unknown kind
     */
    double[] of(PrivacyEvent event, Neighbours neighbours);
}
