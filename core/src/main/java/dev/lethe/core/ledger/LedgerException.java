package dev.lethe.core.ledger;

import org.jspecify.annotations.Nullable;

/** The ledger cannot be read or written. Nothing may be released: what is not recorded is not paid for. */
public class LedgerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LedgerException(String message) {
        super(message);
    }

    public LedgerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
