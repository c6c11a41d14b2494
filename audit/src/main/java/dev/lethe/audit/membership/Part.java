package dev.lethe.audit.membership;

/** What an attacker knows of a record's part in a shadow model. */
public enum Part {
    /** The shadow model was trained on the record. */
    IN,
    /** The shadow model was not trained on the record. */
    OUT,
    /** The attacker is not told, so that the counts of IN and OUT, equal for all records, do not tell the target's part. */
    WITHHELD
}
