package dev.lethe.core.ledger;

import dev.lethe.core.data.Fingerprint;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;

/**
 * One line of a ledger, chained to the line before by its hash (docs/ledger-format.md).
 *
 * @param sequence 1 for the first entry of a ledger, and one more for each after it
 * @param previous hash of the entry before, or 64 zeros
 * @param dataset whose account
 * @param kind what happened
 * @param content JSON: the event charged, or the budget opened or raised
 * @param purpose why
 * @param who on whose behalf
 * @param time in UTC, to the microsecond
 * @param spent epsilon of the account after this entry, at its delta, as it was priced then
 * @param accountant what priced it
 * @param hash SHA-256 over all the others, in hex
 */
public record Entry(
        long sequence,
        String previous,
        String dataset,
        Kind kind,
        String content,
        String purpose,
        String who,
        Instant time,
        BigDecimal spent,
        String accountant,
        String hash) {
    /** Names the format within each hash, so that a hash of another format is never one of this. */
    static final String FORMAT = "lethe-ledger-1";

    static final String NONE_BEFORE = "0".repeat(64);

    static final int LONGEST_NAME = 200;
    static final int LONGEST_TEXT = 2_000;
    static final int LONGEST_CONTENT = 1 << 20;

    /** What an entry records. */
    public enum Kind {
        /** An account begins, with a budget. */
        OPEN,
        /** Something was done to the data; recorded before it was. */
        CHARGE,
        /** The budget grew. */
        RAISE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind of(String label) {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("kind '" + label + "' must be open, charge or raise");
        }
    }

    /** An entry that follows another, with its hash computed. */
    static Entry after(
            long sequence,
            String previous,
            String dataset,
            Kind kind,
            String content,
            String purpose,
            String who,
            Instant time,
            BigDecimal spent,
            String accountant) {
        Entry unsealed =
                new Entry(sequence, previous, dataset, kind, content, purpose, who, time, spent, accountant, "");
        return new Entry(
                sequence,
                previous,
                dataset,
                kind,
                content,
                purpose,
                who,
                time,
                spent,
                accountant,
                unsealed.computedHash());
    }

    /** What the hash must be: over each part as UTF-8, preceded by its length in four bytes, the format's name first. */
    String computedHash() {
        return new Fingerprint()
                .add(FORMAT)
                .add(Long.toString(sequence))
                .add(previous)
                .add(dataset)
                .add(kind.label())
                .add(content)
                .add(purpose)
                .add(who)
                .add(time.toString())
                .add(spent.toPlainString())
                .add(accountant)
                .hex();
    }

    /**
     * Text that can be stored anywhere and hashed one way.
     *
     * @throws IllegalArgumentException if it is blank, too long, or holds control characters or half a character
     */
    static String checkedText(String component, String text, int longest) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(component + " must not be blank");
        }
        if (text.length() > longest) {
            throw new IllegalArgumentException(
                    component + " has " + text.length() + " characters, must have at most " + longest);
        }
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            boolean pair = Character.isHighSurrogate(character)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (Character.isISOControl(character) || (Character.isSurrogate(character) && !pair)) {
                throw new IllegalArgumentException(component + " must not hold control characters or half characters");
            }
            i += pair ? 1 : 0;
        }
        return text;
    }
}
