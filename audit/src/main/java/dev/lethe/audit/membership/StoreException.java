package dev.lethe.audit.membership;

/** A shadow store that cannot be used as asked: from another recipe or data, damaged, in use, or not writable. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
