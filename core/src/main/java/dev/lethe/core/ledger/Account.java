package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Neighbours;
import java.math.BigDecimal;

/**
 * Where a dataset stands.
 *
 * @param dataset its name
 * @param neighbours which datasets are neighbours, for every event and for the budget
 * @param budget how much may be given away
 * @param spent epsilon given away so far, at the budget's delta, rounded up
 * @param charges how many events
 */
public record Account(String dataset, Neighbours neighbours, Budget budget, BigDecimal spent, long charges) {}
