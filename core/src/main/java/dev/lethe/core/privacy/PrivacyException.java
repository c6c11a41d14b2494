package dev.lethe.core.privacy;

/** A refusal on privacy grounds, not a mistake of the caller. The message never holds data, keys or shares. */
public abstract class PrivacyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    protected PrivacyException(String message) {
        super(message);
    }
}
