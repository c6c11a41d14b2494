package dev.lethe.core.privacy;

/** Thrown by an accountant that knows no bound for an event, at whatever depth it is nested. */
public final class UnpricedEventException extends PrivacyException {
    private static final long serialVersionUID = 1;

    public UnpricedEventException(String message) {
        super(message);
    }
}
