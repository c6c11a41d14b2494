package dev.lethe.core.ledger;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;

/**
 * Private data and their account together, so that nothing is released without a charge: the charge is on the disk before the first
 * random bit is drawn. Where the mechanism fails afterwards, or the process dies, the charge stands: something may have been seen.
 *
 * @param <I> the data
 */
public final class Custodian<I> {
    private final I data;
    private final Ledger ledger;
    private final String dataset;
    private final String who;

    /**
     * @param data not copied, and not handed out
     * @param dataset the name of their account, which must be open
     * @param who on whose behalf charges are made
     */
    public Custodian(I data, Ledger ledger, String dataset, String who) {
        this.data = data;
        this.ledger = ledger;
        this.dataset = dataset;
        this.who = who;
    }

    /**
     * What was released.
     *
     * @param value may be shown to anybody
     * @param charge the entry that paid for it
     */
    public record Released<O>(O value, Entry charge) {}

    /**
     * Charges what the mechanism costs, then runs it with fresh noise from the operating system.
     *
     * @throws BudgetExceededException if it would overspend; the mechanism has not run then
     * @throws LedgerException if the charge cannot be recorded; the mechanism has not run then
     */
    public <O> Released<O> release(Mechanism<? super I, O> mechanism, String purpose) {
        // Asked once: what is charged is what was said.
        PrivacyEvent event = mechanism.event();
        Entry charge = ledger.charge(dataset, event, purpose, who);
        return new Released<>(mechanism.release(data, NoiseSource.secure()), charge);
    }

    /**
     * Runs a mechanism though no ledger keeps account of it, with fresh noise from the operating system. What it costs adds up with
     * whatever was released before, and it is the caller who must know.
     */
    public static <I, O> O releaseUnrecorded(Mechanism<? super I, O> mechanism, I data) {
        return mechanism.release(data, NoiseSource.secure());
    }

    /** Where the account stands. */
    public Account account() {
        return ledger.account(dataset);
    }
}
