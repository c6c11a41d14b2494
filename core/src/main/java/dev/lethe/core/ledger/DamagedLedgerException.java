package dev.lethe.core.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The ledger is not what was written into it: a torn file, an edited or missing entry, an older copy. The message says which.
 * Nothing is repaired and nothing is charged until a person has looked.
 */
public final class DamagedLedgerException extends LedgerException {
    private static final long serialVersionUID = 1;

    public DamagedLedgerException(String message) {
        super(message);
    }

    public DamagedLedgerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
