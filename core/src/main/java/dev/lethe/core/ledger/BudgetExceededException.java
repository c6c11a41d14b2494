package dev.lethe.core.ledger;

import dev.lethe.core.privacy.PrivacyException;
import java.math.BigDecimal;

/** A charge that was refused, because it would take an account beyond its budget. Nothing was recorded. */
public final class BudgetExceededException extends PrivacyException {
    private static final long serialVersionUID = 1;

    private final String dataset;
    private final BigDecimal spent;
    private final double asked;

    BudgetExceededException(Account account, double asked, String fits) {
        super("dataset '" + account.dataset() + "' has spent epsilon "
                + account.spent().toPlainString() + " of its budget of " + account.budget()
                + "; what is asked would bring it to "
                + (asked < Double.POSITIVE_INFINITY
                        ? "epsilon " + RenyiFilter.rounded(asked).toPlainString()
                        : "no epsilon at all")
                + ". " + fits);
        this.dataset = account.dataset();
        this.spent = account.spent();
        this.asked = asked;
    }

    /** Whose budget it is. */
    public String dataset() {
        return dataset;
    }

    /** Epsilon spent so far, at the budget's delta. */
    public BigDecimal spent() {
        return spent;
    }

    /** Epsilon that would have been spent; infinite where none would hold. */
    public double asked() {
        return asked;
    }
}
