package dev.lethe.audit.membership.attacks;

/**
 * Looks for the closest record that a model labels otherwise, by labels alone: one question at a time, each of which
 * depends on the answers so far. May be stopped after any answer.
 *
 * @param <Q> what is asked about
 */
interface BoundarySearch<Q> {
    /** Whether there is nothing left to ask. */
    boolean isDone();

    /** What to ask about next; the same until it is answered. */
    Q question();

    /** Takes the answer to the last question: whether the label is not the record's own. */
    void answer(boolean crossed);

    /** Whether the model labels the record itself otherwise. */
    boolean isMisled();

    /** How far the closest record with another label is, of those asked about; 0 if the record itself is misled. */
    double distance();
}
