/** The ledger: what was ever done to a dataset, what that costs, and the refusal of what would cost too much. */
@NullMarked
package dev.lethe.core.ledger;

import org.jspecify.annotations.NullMarked;
