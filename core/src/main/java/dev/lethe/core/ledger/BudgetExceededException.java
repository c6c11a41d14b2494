package dev.lethe.core.ledger;

import dev.lethe.core.privacy.PrivacyException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** A charge that was refused, because it would take an account beyond its budget. Nothing was recorded. */
public final class BudgetExceededException extends PrivacyException {
    private static final long serialVersionUID = 1;

    private static final MathContext SHOWN = new MathContext(6, RoundingMode.CEILING);

    private final String dataset;
    private final BigDecimal spent;
    private final double asked;

    private BudgetExceededException(Account account, Chain.Spending asked, String message) {
        super(message);
        this.dataset = account.dataset();
        this.spent = account.spent();
        this.asked = asked.epsilon();
    }

    static BudgetExceededException ofEpsilon(Account account, Chain.Spending asked, String fits) {
        return new BudgetExceededException(
                account,
                asked,
                "dataset '" + account.dataset() + "' has spent epsilon "
                        + account.spent().toPlainString() + " of its budget of " + account.budget()
                        + "; what is asked would bring it to " + shown(asked) + ". " + fits);
    }

    /** Where it is delta that does not suffice, whether epsilon does or not. */
    static BudgetExceededException ofDelta(Account account, Chain.Spending asked, String fits) {
        Budget budget = account.budget();
        String stands = budget.reserve().signum() == 0
                ? "dataset '" + account.dataset() + "' has a budget of " + budget
                        + " without a reserve, so that no event may"
                        + " have a delta of its own; what is asked has delta "
                        + shown(asked.delta().subtract(account.spentDelta()))
                : "dataset '" + account.dataset() + "' has spent delta " + shown(account.spentDelta())
                        + " of the reserve in its budget of " + budget + "; what is asked would bring it to delta "
                        + shown(asked.delta()) + ", and to " + shown(asked);
        return new BudgetExceededException(account, asked, stands + ". " + fits);
    }

    private static String shown(Chain.Spending asked) {
        return asked.epsilon() < Double.POSITIVE_INFINITY
                ? "epsilon " + RenyiFilter.rounded(asked.epsilon()).toPlainString()
                : "no epsilon at all";
    }

    private static String shown(BigDecimal delta) {
        return delta.compareTo(BigDecimal.ONE) > 0
                ? "above 1"
                : delta.round(SHOWN).stripTrailingZeros().toPlainString();
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
