package dev.lethe.audit.report;

/** What a finding says of its subject. There is no SAFE: an attack that finds nothing proves nothing. */
public enum Verdict {
    /** The evidence contradicts a stated guarantee. */
    REFUTES_CLAIM,
    /** The evidence shows a leak beyond chance. */
    LEAKS,
    /** This attack found nothing beyond chance; a stronger one may. */
    NOTHING_FOUND
}
