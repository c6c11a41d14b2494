package dev.lethe.planted.audit.report;

import dev.lethe.planted.audit.membership.AnswerKey;

/** Neither an attack nor the referee, and reads the key all the same. */
public final class ReadsTheKey {
    private ReadsTheKey() {}

    public static int size(AnswerKey key) {
        return key.members().length;
    }
}
