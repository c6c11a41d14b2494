package dev.lethe.audit.membership;

/** An attack cannot be tried on such a model or such records; the message says why. An audit goes on without it. */
public final class NotApplicableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotApplicableException(String message) {
        super(message);
    }
}
