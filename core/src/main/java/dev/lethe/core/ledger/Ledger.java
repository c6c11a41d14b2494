package dev.lethe.core.ledger;

import dev.lethe.core.ledger.HeadFile.Head;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEventJson;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * An append-only, hash-chained account of everything that was ever done to datasets, in one SQLite file or in PostgreSQL. It stores
 * events, not epsilons, so that a better accountant can price the past again. A charge is recorded before the noise is drawn, and is
 * refused if it would take the account beyond its budget; it stands whatever happens afterwards. Safe for use by many threads,
 * processes and machines at once. Needs a JDBC driver on the class path. Who can write to the database can write a false ledger:
 * docs/ledger.md says what is detected.
 */
public final class Ledger implements AutoCloseable {
    private final LedgerStore store;
    private final Chain chain = new Chain(new RdpCosts());
    private final Clock clock;

    private Ledger(LedgerStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A ledger that is there.
     *
     * @param address a SQLite file, or a {@code jdbc:postgresql:} address without a password
     * @param credentials {@code user} and {@code password} for PostgreSQL; may be empty
     */
    public static Ledger at(String address, Properties credentials) {
        return new Ledger(new LedgerStore(address, credentials), Clock.systemUTC());
    }

    /** A ledger that is there, or an empty one. */
    public static Ledger create(String address, Properties credentials) {
        return create(address, credentials, Clock.systemUTC());
    }

    static Ledger create(String address, Properties credentials, Clock clock) {
        LedgerStore store = new LedgerStore(address, credentials);
        store.create();
        return new Ledger(store, clock);
    }

    /**
     * Begins an account.
     *
     * @param neighbours which datasets are neighbours; for all events to come
     * @throws IllegalArgumentException if the dataset has an account
     */
    public Entry open(String dataset, Budget budget, Neighbours neighbours, String purpose, String who) {
        Entry.checkedText("dataset", dataset, Entry.LONGEST_NAME);
        check(purpose, who);
        return append((entries, states) -> {
            if (states.containsKey(dataset)) {
                throw new IllegalArgumentException(
                        "dataset '" + dataset + "' has an account already; to give it more, raise its budget");
            }
            String content = LedgerJson.write(new LedgerJson.Opening(budget, neighbours));
            return entry(entries, dataset, Entry.Kind.OPEN, content, purpose, who, zero());
        });
    }

    /**
     * Records an event and takes it off the budget. When this returns, the charge is on the disk, and noise may be drawn.
     *
     * @return the entry, whose hash is worth keeping elsewhere
     * @throws BudgetExceededException if it would overspend; nothing is recorded then
     * @throws dev.lethe.core.privacy.UnpricedEventException if no bound is known for the event
     * @throws DamagedLedgerException if the ledger is not what was written into it
     */
    public Entry charge(String dataset, PrivacyEvent event, String purpose, String who) {
        check(purpose, who);
        String content = PrivacyEventJson.write(event);
        if (content.length() > Entry.LONGEST_CONTENT) {
            throw new IllegalArgumentException("the event has " + content.length()
                    + " characters as JSON, must have at most " + Entry.LONGEST_CONTENT);
        }
        Refusal refusal = new Refusal();
        List<Entry> charged = store.append(entries -> {
            Chain.State state = state(chain.replay(entries), dataset);
            double after = state.after(event);
            if (!state.fits(after)) {
                // Said after the lock is given back: finding what would fit takes many prices.
                refusal.state = state;
                refusal.after = after;
                return List.of();
            }
            return List.of(
                    entry(entries, dataset, Entry.Kind.CHARGE, content, purpose, who, RenyiFilter.rounded(after)));
        });
        if (charged.isEmpty()) {
            throw refusal.exception(event);
        }
        return charged.get(0);
    }

    /** What the account would have spent after this event too, rounded up; refuses as {@link #charge} does, and records nothing. */
    public BigDecimal preview(String dataset, PrivacyEvent event) {
        Refusal refusal = new Refusal();
        Chain.State state = state(chain.replay(store.read()), dataset);
        refusal.state = state;
        refusal.after = state.after(event);
        if (!state.fits(refusal.after)) {
            throw refusal.exception(event);
        }
        return RenyiFilter.rounded(refusal.after);
    }

    /**
     * Raises a budget's epsilon: an entry of its own, with its reason.
     *
     * @throws IllegalArgumentException if it would not grow, or delta would change
     */
    public Entry raise(String dataset, Budget budget, String reason, String who) {
        check(reason, who);
        return append((entries, states) -> {
            Account account = state(states, dataset).account();
            Chain.requireRaise(account.budget(), budget);
            return entry(entries, dataset, Entry.Kind.RAISE, LedgerJson.write(budget), reason, who, account.spent());
        });
    }

    /** All accounts, by name. */
    public List<Account> accounts() {
        return chain.replay(store.read()).values().stream()
                .map(Chain.State::account)
                .toList();
    }

    /** One account. */
    public Account account(String dataset) {
        return state(chain.replay(store.read()), dataset).account();
    }

    /** All entries, in order, checked. */
    public List<Entry> entries() {
        List<Entry> entries = store.read();
        chain.replay(entries);
        return entries;
    }

    /**
     * Checks everything: the database's own structure, every hash, every stored spending, the head file.
     *
     * @param head a hash that an earlier charge returned and that was kept elsewhere; the ledger must hold it
     * @return the last entry's hash; 64 zeros if there is none
     * @throws DamagedLedgerException naming what is wrong
     */
    public String verify(@Nullable String head) {
        Optional<String> complaint = store.complaint();
        if (complaint.isPresent()) {
            throw new DamagedLedgerException("the file is torn: " + complaint.get());
        }
        List<Entry> entries = entries();
        if (head != null) {
            requireHead(entries, head);
        }
        return Head.of(entries).hash();
    }

    /** Writes the head file again, after it was lost or a backup was put back, if the ledger holds the given head. */
    public void restoreHead(String head) {
        store.restoreHead(entries -> {
            chain.replay(entries);
            requireHead(entries, head);
            return true;
        });
    }

    /**
     * Writes entries that were exported into a ledger that is empty, as they are.
     *
     * @throws DamagedLedgerException if they are not a whole ledger
     */
    public void restore(List<Entry> exported) {
        chain.replay(exported);
        store.append(entries -> {
            if (!entries.isEmpty()) {
                throw new IllegalArgumentException("the ledger is not empty; import into a new one");
            }
            return exported;
        });
    }

    @Override
    public void close() {
        store.close();
    }

    /** Work on what is there, which makes one entry. */
    private interface Work {
        Entry on(List<Entry> entries, Map<String, Chain.State> states);
    }

    /** What was found under the lock, to be explained outside of it. */
    private static final class Refusal {
        private Chain.@Nullable State state;
        private double after;

        BudgetExceededException exception(PrivacyEvent event) {
            Chain.State full = java.util.Objects.requireNonNull(state);
            String advice = new Fitting(candidate -> full.fits(full.after(candidate))).advice(event);
            return new BudgetExceededException(full.account(), after, advice);
        }
    }

    private Entry append(Work work) {
        return store.append(entries -> List.of(work.on(entries, chain.replay(entries))))
                .get(0);
    }

    private Entry entry(
            List<Entry> entries,
            String dataset,
            Entry.Kind kind,
            String content,
            String purpose,
            String who,
            BigDecimal spent) {
        Head head = Head.of(entries);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return Entry.after(
                head.sequence() + 1, head.hash(), dataset, kind, content, purpose, who, now, spent, RenyiFilter.NAME);
    }

    private static Chain.State state(Map<String, Chain.State> states, String dataset) {
        Chain.State state = states.get(dataset);
        if (state == null) {
            throw new IllegalArgumentException("dataset '" + dataset + "' has no account; there are "
                    + (states.isEmpty() ? "none" : String.join(", ", states.keySet()))
                    + "; begin one with 'ledger open'");
        }
        return state;
    }

    private static void requireHead(List<Entry> entries, String head) {
        boolean held = head.equals(Entry.NONE_BEFORE)
                || entries.stream().anyMatch(entry -> entry.hash().equals(head));
        if (!held) {
            throw new DamagedLedgerException("the ledger does not hold the head " + head + ": it was put back to before"
                    + " that entry, was written anew, or is another ledger");
        }
    }

    private static void check(String purpose, String who) {
        Entry.checkedText("purpose", purpose, Entry.LONGEST_TEXT);
        Entry.checkedText("who", who, Entry.LONGEST_NAME);
    }

    private static BigDecimal zero() {
        return BigDecimal.ZERO.setScale(RenyiFilter.PLACES);
    }
}
